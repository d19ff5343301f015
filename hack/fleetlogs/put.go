package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"

	"github.com/klauspost/compress/zstd"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
)

// id finds the application's id where Spark announces it.
var id = regexp.MustCompile(`"App ID":"([^"]+)"`)

// put writes copies of logs in turn, plain and zstd by turns, and the long one, made of the first log's tasks.
func put(ctx context.Context, address string, copies, mib int, seeds []string) error {
	b, err := bucket.Open(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	var plain [][]byte
	for _, seed := range seeds {
		data, err := unpack(seed)
		if err != nil {
			return fmt.Errorf("%s: %w", seed, err)
		}
		plain = append(plain, data)
	}
	for i := range copies {
		name := fmt.Sprintf("app-copy-%04d", i)
		data, err := renamed(plain[i%len(plain)], name)
		if err == nil && i%2 == 1 {
			name += ".zstd"
			data, err = pack(data)
		}
		if err == nil {
			err = b.Write(ctx, fmt.Sprintf("day-%d/%s", i%3, name), data)
		}
		if err != nil {
			return err
		}
	}
	data, err := renamed(plain[0], "app-long")
	if err == nil {
		data, err = stretched(data, mib<<20)
	}
	if err != nil {
		return err
	}
	if err := b.Write(ctx, long, data); err != nil {
		return err
	}
	fmt.Printf("%d logs, one of them of %d MiB\n", copies+1, mib)
	return nil
}

func unpack(path string) ([]byte, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d, err := zstd.NewReader(nil)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.DecodeAll(data, nil)
}

func pack(data []byte) ([]byte, error) {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, err
	}
	return e.EncodeAll(data, nil), e.Close()
}

// renamed is a log of another application.
func renamed(log []byte, name string) ([]byte, error) {
	found := id.FindSubmatch(log)
	if found == nil {
		return nil, errors.New("the log does not say whose it is")
	}
	return bytes.ReplaceAll(log, found[1], []byte(name)), nil
}

// stretched repeats the ends of tasks, after the last of them, until the log is of that size. It is packed on the way: what
// repeats is small then.
func stretched(log []byte, size int) ([]byte, error) {
	var tasks, out bytes.Buffer
	at, end := 0, 0 // of the last task
	for line := range bytes.Lines(log) {
		at += len(line)
		if bytes.Contains(line[:min(len(line), 60)], []byte("SparkListenerTaskEnd")) {
			_, _ = tasks.Write(line)
			end = at
		}
	}
	if tasks.Len() == 0 {
		return nil, errors.New("the log has no tasks")
	}
	e, err := zstd.NewWriter(&out, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(8<<20))
	if err != nil {
		return nil, err
	}
	_, err = e.Write(log[:end])
	for written := end; err == nil && written < size; written += tasks.Len() {
		_, err = e.Write(tasks.Bytes())
	}
	if err == nil {
		_, err = e.Write(log[end:])
	}
	err = errors.Join(err, e.Close())
	return out.Bytes(), err
}
