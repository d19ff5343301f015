package tracing

import (
	"errors"
	"io"
	"io/fs"
)

// watched notices reads that fail. The reader of event logs takes them for the end of a log, which is right for one that is
// cut off; one that the store did not hand out has to be read again.
type watched struct {
	fs.FS
	err error
}

func (w *watched) Open(name string) (fs.File, error) {
	file, err := w.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return file, nil
	}
	return watchedFile{file, w}, nil
}

type watchedFile struct {
	fs.File
	by *watched
}

func (f watchedFile) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		f.by.err = err
	}
	return n, err
}
