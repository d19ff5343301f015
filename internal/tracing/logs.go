package tracing

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Source is where event logs are.
type Source interface {
	// Logs lists the logs that are there now, by name.
	Logs(ctx context.Context) ([]Log, error)
	// FS has the files of the logs, by their names.
	FS(ctx context.Context) fs.FS
}

// Log is one event log: a file, or a directory of a rolling one.
type Log struct {
	Name     string
	Size     int64 // of all its files, bytes
	Files    int
	Modified time.Time // of the newest of its files
}

// Key is the log's name for good: while Spark writes a log in one file, its name says so.
func (l Log) Key() string { return strings.TrimSuffix(l.Name, ".inprogress") }

// gather makes logs of files. Each is a log, unless it is in a directory: then the directory is.
type gather map[string]*Log

func (g gather) add(name string, size int64, modified time.Time) {
	log, _, _ := strings.Cut(name, "/")
	if log == "" || log[0] == '.' || log[0] == '_' || strings.HasSuffix(name, "/") {
		return // Hidden, as Hadoop understands it, or the marker of a directory.
	}
	l := g[log]
	if l == nil {
		l = &Log{Name: log}
		g[log] = l
	}
	l.Size += size
	l.Files++
	if modified.After(l.Modified) {
		l.Modified = modified.UTC() // Comparable with ==.
	}
}

func (g gather) logs() []Log {
	var all []Log
	for _, l := range g {
		all = append(all, *l)
	}
	slices.SortFunc(all, func(a, b Log) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// InBucket is all logs of a bucket, or of a prefix of it.
func InBucket(b *bucket.Bucket) Source { return objects{b} }

type objects struct{ bucket *bucket.Bucket }

func (o objects) FS(ctx context.Context) fs.FS { return o.bucket.FS(ctx) }

func (o objects) Logs(ctx context.Context) ([]Log, error) {
	found := gather{}
	err := o.bucket.List(ctx, "", func(o bucket.Object) error {
		found.add(o.Name, o.Size, o.Modified)
		return nil
	})
	return found.logs(), err
}

// OnDisk is one log of this machine, or all logs of a directory.
func OnDisk(path string) (Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fault.Wrap(err, fault.Usage, "there is no event log", "ls "+filepath.Dir(path))
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() && !rolling(path) {
		return disk{dir: path}, nil
	}
	return disk{filepath.Dir(path), filepath.Base(path)}, nil
}

// rolling reports whether a directory is one log: Spark names it so, and its files as well, also where it was renamed.
func rolling(dir string) bool {
	parts, err := filepath.Glob(filepath.Join(dir, "events_*"))
	return strings.HasPrefix(filepath.Base(dir), "eventlog_v2_") || err == nil && len(parts) > 0
}

type disk struct{ dir, only string }

func (d disk) FS(context.Context) fs.FS { return os.DirFS(d.dir) }

func (d disk) Logs(ctx context.Context) ([]Log, error) {
	found := gather{}
	err := fs.WalkDir(os.DirFS(d.dir), cmp.Or(d.only, "."), func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			var info fs.FileInfo
			if info, err = entry.Info(); err == nil {
				found.add(name, info.Size(), info.ModTime())
			}
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // It was renamed or removed meanwhile.
		}
		return cmp.Or(err, ctx.Err())
	})
	return found.logs(), err
}
