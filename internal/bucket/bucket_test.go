package bucket_test

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// behaves is what must hold of every kind of bucket. It is empty at first.
func behaves(t *testing.T, b *bucket.Bucket) {
	t.Helper()
	ctx := t.Context()
	if _, err := b.Read(ctx, "absent"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading what is not there: %v", err)
	}
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	objects := map[string][]byte{
		"app-1": []byte("one"), "eventlog_v2_app-2/events_1_app-2": big, "eventlog_v2_app-2/events_10_app-2": []byte("ten"),
		"eventlog_v2_app-2/appstatus_app-2.inprogress": {}, "results/a b+ü%20.json": []byte("{}"),
	}
	for name, data := range objects {
		if err := b.Write(ctx, name, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Write(ctx, "app-1", []byte("two")); err != nil {
		t.Fatal(err)
	}
	objects["app-1"] = []byte("two")
	for name, want := range objects {
		if got, err := b.Read(ctx, name); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}

	list := func(prefix string) (names []string) {
		err := b.List(ctx, prefix, func(o bucket.Object) error {
			if o.Size != int64(len(objects[o.Name])) || o.Modified.IsZero() {
				t.Errorf("the listing says %+v", o)
			}
			names = append(names, o.Name)
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return names
	}
	if got := list(""); len(got) != len(objects) || !slices.IsSorted(got) {
		t.Errorf("all objects: %q", got)
	}
	if got := list("eventlog_v2_app-2/events_"); len(got) != 2 {
		t.Errorf("objects of a prefix: %q", got)
	}
	stop := errors.New("enough")
	if err := b.List(ctx, "", func(bucket.Object) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a listing that is stopped: %v", err)
	}

	if err := fstest.TestFS(b.FS(ctx), slices.Collect(keys(objects))...); err != nil {
		t.Error(err)
	}
	if _, err := fs.Stat(b.FS(ctx), "eventlog_v2"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("half a name of a directory: %v", err)
	}

	if err := errors.Join(b.Delete(ctx, "app-1"), b.Delete(ctx, "app-1")); err != nil {
		t.Errorf("deleting twice: %v", err)
	}
	if _, err := b.Read(ctx, "app-1"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("what was deleted: %v", err)
	}
}

func keys(objects map[string][]byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range objects {
			if !yield(name) {
				return
			}
		}
	}
}

func open(t *testing.T, address string) *bucket.Bucket {
	t.Helper()
	b, err := bucket.Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func TestDirectory(t *testing.T) {
	behaves(t, open(t, t.TempDir()))
	behaves(t, open(t, "file://"+t.TempDir()))
}

func TestAddresses(t *testing.T) {
	for _, address := range []string{"s3a://", "hdfs://name/logs", "s3a://key:secret@bucket/logs", "abfss://account.dfs.core.windows.net/logs", "/does/not/exist", "s3a://bucket?pathStyle=perhaps", "://"} {
		_, err := bucket.Open(t.Context(), address)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", address, err)
		}
		if address != "s3a://bucket?pathStyle=perhaps" && (fault.KindOf(err) != fault.Usage || len(fault.Hints(err)) == 0) {
			t.Errorf("%s: %v, hints %q", address, err, fault.Hints(err))
		}
	}
	t.Setenv("AZURE_STORAGE_KEY", "no base64, but secret")
	if _, err := bucket.Open(t.Context(), "abfss://logs@account.dfs.core.windows.net/x"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a key that is none: %v", err)
	}
	t.Setenv("AZURE_STORAGE_KEY", "c2VjcmV0")
	if b, err := bucket.Open(t.Context(), "abfss://logs@account.dfs.core.windows.net/x"); err != nil || b.String() != "abfss://logs@account.dfs.core.windows.net/x" {
		t.Errorf("a container in Azure: %v", err)
	}
}
