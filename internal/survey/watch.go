package survey

import (
	"errors"
	"io"
	"io/fs"
	"sync"
)

// watch is a file system that remembers when reading failed: not at the end
// of a file, nor because a file is gone.
type watch struct {
	fs.FS
	mu  sync.Mutex
	err error
}

func (w *watch) note(err error) {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err == nil {
		w.err = err
	}
}

// trouble is the first thing that failed.
func (w *watch) trouble() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err
}

// Open opens a file whose reading is watched too.
func (w *watch) Open(name string) (fs.File, error) {
	f, err := w.FS.Open(name)
	w.note(err)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || info.IsDir() {
		w.note(err)
		return f, err
	}
	return &watched{f, w}, nil
}

// ReadDir keeps the listing of the store, which needs no file.
func (w *watch) ReadDir(name string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(w.FS, name)
	w.note(err)
	return entries, err
}

type watched struct {
	fs.File
	by *watch
}

func (f *watched) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.by.note(err)
	return n, err
}
