package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
)

func get(ctx context.Context, address, directory string) error {
	b, err := bucket.Open(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	return b.List(ctx, "", func(o bucket.Object) error {
		data, err := b.Read(ctx, o.Name)
		if err != nil {
			return err
		}
		path := filepath.Join(directory, filepath.FromSlash(o.Name))
		return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o600))
	})
}

func give(ctx context.Context, directory, address string) error {
	b, err := bucket.Open(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	from := os.DirFS(directory)
	return fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		return b.Write(ctx, name, data)
	})
}
