package bucket

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// files is a bucket as fs.FS. Directories are what ends with a slash, as everywhere in object stores. The library's own file
// system would not do: it takes a store that does not answer for an object that is not there, and the markers of directories
// for files.
type files struct {
	ctx    context.Context //nolint:containedctx // fs.FS has no place for one
	bucket *Bucket
}

// Open opens an object for one pass from its beginning, or a directory.
func (f files) Open(name string) (fs.File, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if name != "." {
		r, err := f.bucket.objects.NewReader(f.ctx, name, nil)
		if err == nil {
			return &file{Reader: r, info: info{name: path.Base(name), size: r.Size(), modified: r.ModTime()}}, nil
		}
		if gcerrors.Code(err) != gcerrors.NotFound {
			return nil, &fs.PathError{Op: "open", Path: name, Err: f.bucket.wrong("cannot be read", err)}
		}
	}
	entries, err := f.ReadDir(name)
	if err != nil {
		return nil, err
	}
	return &directory{info: info{name: path.Base(name), dir: true}, entries: entries}, nil
}

// ReadDir lists a directory. One without objects does not exist; only the root always does.
func (f files) ReadDir(name string) ([]fs.DirEntry, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
	}
	prefix := ""
	if name != "." {
		prefix = name + "/"
	}
	var entries []fs.DirEntry
	marker := false
	all := f.bucket.objects.List(&blob.ListOptions{Prefix: prefix, Delimiter: "/"})
	for {
		o, err := all.Next(f.ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: f.bucket.wrong("cannot be listed", err)}
		}
		short := strings.TrimSuffix(strings.TrimPrefix(o.Key, prefix), "/")
		if short == "" {
			marker = true // Hadoop and consoles mark a directory by an object of its name.
			continue
		}
		entries = append(entries, fs.FileInfoToDirEntry(info{name: short, size: o.Size, modified: o.ModTime, dir: o.IsDir}))
	}
	if len(entries) == 0 && !marker && name != "." {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// info is what is known of an object or a directory.
type info struct {
	name     string
	size     int64
	modified time.Time
	dir      bool
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) ModTime() time.Time { return i.modified }
func (i info) IsDir() bool        { return i.dir }
func (i info) Sys() any           { return nil }

func (i info) Mode() fs.FileMode {
	if i.dir {
		return fs.ModeDir | 0o555
	}
	return 0o444
}

// file streams an object.
type file struct {
	*blob.Reader
	info info
}

func (f *file) Stat() (fs.FileInfo, error) { return f.info, nil }

// directory is one that was listed when it was opened.
type directory struct {
	info
	entries []fs.DirEntry
}

func (d *directory) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *directory) Close() error               { return nil }

func (d *directory) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.name, Err: errors.New("it is a directory")}
}

// ReadDir hands out the next n entries, or all that are left.
func (d *directory) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		rest := d.entries
		d.entries = nil
		return rest, nil
	}
	if len(d.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.entries))
	next := d.entries[:n]
	d.entries = d.entries[n:]
	return next, nil
}
