// Package bucket reads the objects of a bucket, wherever it is: in S3 or what speaks like it, in Google Cloud, in Azure, or a
// directory. It is for what runs beside the platform and reads event logs; what it writes are small results.
package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Bucket is a bucket, or what is below a prefix of it. Names are relative to the prefix and have no leading slash.
type Bucket struct {
	address string
	objects *blob.Bucket
}

// Object is one object as a listing shows it.
type Object struct {
	Name     string
	Size     int64 // bytes
	Modified time.Time
}

// Close lets go of connections.
func (b *Bucket) Close() error { return b.objects.Close() }

// String is the address that it was opened with.
func (b *Bucket) String() string { return b.address }

// List calls visit for every object whose name starts with a prefix, in the order of names. A prefix of "" means all.
func (b *Bucket) List(ctx context.Context, prefix string, visit func(Object) error) error {
	all := b.objects.List(&blob.ListOptions{Prefix: prefix})
	for {
		o, err := all.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return b.wrong("cannot be listed", err)
		}
		if err := visit(Object{Name: o.Key, Size: o.Size, Modified: o.ModTime}); err != nil {
			return err
		}
	}
}

// Read returns a whole object. errors.Is(err, fs.ErrNotExist) says that there is none.
func (b *Bucket) Read(ctx context.Context, name string) ([]byte, error) {
	data, err := b.objects.ReadAll(ctx, name)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	if err != nil {
		return nil, b.wrong("cannot be read", err)
	}
	return data, nil
}

// Write replaces a whole object; a reader sees the old one or the new one.
func (b *Bucket) Write(ctx context.Context, name string, data []byte) error {
	// The content is ours to name: guessing it from its beginning would be the library's default.
	o := &blob.WriterOptions{ContentType: "application/octet-stream"}
	if err := b.objects.WriteAll(ctx, name, data, o); err != nil {
		return b.wrong("cannot be written", err)
	}
	return nil
}

// Delete removes an object; one that is gone already is no error.
func (b *Bucket) Delete(ctx context.Context, name string) error {
	if err := b.objects.Delete(ctx, name); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return b.wrong("cannot be changed", err)
	}
	return nil
}

// FS is the bucket as a file system, streaming what is read. ctx ends every call of it.
func (b *Bucket) FS(ctx context.Context) fs.FS { return files{ctx, b} }

// wrong puts a store's answer into words. What the store says follows; it names no keys.
func (b *Bucket) wrong(what string, err error) error {
	kind, hint := fault.Failed, ""
	code := gcerrors.Code(err)
	// The library sorts what Azure and Google refuse, but not what S3 does.
	if answer, ok := errors.AsType[interface {
		error
		HTTPStatusCode() int
	}](err); ok && (answer.HTTPStatusCode() == http.StatusForbidden || answer.HTTPStatusCode() == http.StatusUnauthorized) {
		code = gcerrors.PermissionDenied
	}
	switch code { //nolint:exhaustive // the others speak for themselves
	case gcerrors.NotFound:
		hint = "look whether the bucket exists and is spelt like this: " + b.address
	case gcerrors.PermissionDenied:
		kind, hint = fault.Denied, "look at the keys or the identity that this process has, and what they allow in the bucket"
	case gcerrors.Canceled:
		kind = fault.Interrupted
	}
	return fault.Wrap(err, kind, fmt.Sprintf("%s %s", b.address, what), hint)
}
