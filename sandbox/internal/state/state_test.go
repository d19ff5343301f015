package state

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"
)

func TestLocate(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", "/x")
	for _, row := range []struct{ name, override, want string }{
		{DefaultName, "", "/x/sparkwiz/sandbox"},
		{"two", "", "/x/sparkwiz/sandbox-two"},
		{"two", "/elsewhere", "/elsewhere"},
		{"../etc", "", ""},
		{"", "", ""},
	} {
		got, err := Locate(row.name, row.override)
		if string(got) != row.want || (err == nil) != (row.want != "") {
			t.Errorf("Locate(%q, %q) = %q, %v; want %q", row.name, row.override, got, err, row.want)
		}
	}
}

func TestSaveLoad(t *testing.T) {
	d := Dir(t.TempDir())
	if _, ok, err := d.Load(); ok || err != nil {
		t.Fatalf("an empty directory: %v, %v", ok, err)
	}
	want := State{Name: "a", Nodes: Real, Ports: Ports{API: 1, Etcd: 2}, Made: []string{"/x"}, Sysctls: map[string]string{"a": "1"}}
	if err := d.Save(want); err != nil {
		t.Fatal(err)
	}
	if got, ok, err := d.Load(); !ok || err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, %v", got, ok, err)
	}
	if err := os.WriteFile(d.Path(stateFile), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Load(); err == nil {
		t.Error("a damaged file was read as a sandbox")
	}
}

// A directory that is not ours must never be emptied.
func TestClaimRefusesOthers(t *testing.T) {
	d := Dir(t.TempDir())
	precious := d.Path("precious")
	if err := os.WriteFile(precious, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if d.Claim() == nil {
		t.Error("a directory with other files was claimed")
	}
	if err := os.Remove(precious); err != nil {
		t.Fatal(err)
	}
	if err := d.Claim(); err != nil {
		t.Error(err)
	}
}

func TestRemove(t *testing.T) {
	d := Dir(filepath.Join(t.TempDir(), "state"))
	fill := func() {
		if err := d.Save(State{Name: "a"}); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"images/blob", "etcd/db"} {
			if _, err := WriteFile(d.Path(name), []byte("x"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		unlock, err := d.Lock(time.Second)
		if err != nil {
			t.Fatal(err)
		}
		unlock()
	}
	fill()
	if err := d.Remove("images"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(d.Path("images/blob")); err != nil {
		t.Error("what was to be kept is gone")
	}
	if _, err := os.Stat(d.Path("etcd")); err == nil {
		t.Error("the rest is still there")
	}
	fill()
	if err := d.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(string(d)); err == nil {
		t.Error("the directory is still there")
	}
}

func TestLock(t *testing.T) {
	d := Dir(t.TempDir())
	unlock, err := d.Lock(0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Lock(0); err == nil {
		t.Error("two hold the lock")
	}
	unlock()
	if unlock, err = d.Lock(0); err != nil {
		t.Fatal(err)
	}
	unlock()
}

func TestWriteFileLeavesTheSameAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "f")
	for i, row := range []struct {
		data    string
		changed bool
	}{{"one", true}, {"one", false}, {"two", true}} {
		if changed, err := WriteFile(path, []byte(row.data), 0o600); changed != row.changed || err != nil {
			t.Errorf("write %d: %v, %v", i, changed, err)
		}
	}
	if entries, _ := os.ReadDir(filepath.Dir(path)); len(entries) != 1 {
		t.Errorf("temporary files left: %v", entries)
	}
}
