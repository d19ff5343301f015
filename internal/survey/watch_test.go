package survey

import (
	"errors"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"
)

// torn is a store whose connection breaks in the middle of each file.
type torn struct{ fstest.MapFS }

var errTorn = errors.New("connection reset by peer")

func (f torn) Open(name string) (fs.File, error) {
	file, err := f.MapFS.Open(name)
	if err != nil {
		return nil, err
	}
	return &tornFile{File: file}, nil
}

type tornFile struct{ fs.File }

func (*tornFile) Read(p []byte) (int, error) { return min(3, len(p)), errTorn }

// TestWatch: a connection that broke is remembered; the end of a file, and one
// that is not there, are not trouble.
func TestWatch(t *testing.T) {
	files := fstest.MapFS{"log": {Data: []byte("abc")}, "dir/x": {}}
	w := &watch{FS: files}
	_, absent := w.Open("absent")
	data, err := fs.ReadFile(w, "log")
	if entries, listed := fs.ReadDir(w, "dir"); listed != nil || len(entries) != 1 || err != nil || string(data) != "abc" || !errors.Is(absent, fs.ErrNotExist) || w.trouble() != nil {
		t.Errorf("%v %q %v %v %v", listed, data, err, absent, w.trouble())
	}
	w = &watch{FS: torn{files}}
	f, err := w.Open("log")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(f); err == nil || !errors.Is(w.trouble(), errTorn) {
		t.Errorf("%v, remembered %v", err, w.trouble())
	}
}
