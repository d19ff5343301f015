package pki

import (
	"crypto/x509"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestEnsure(t *testing.T) {
	now := time.Now()
	leaf := Leaf{Name: "server", CA: "ca", User: "user", Groups: []string{"group"}, DNS: []string{"localhost"}, IPs: []net.IP{net.IPv4(127, 0, 0, 1)}}
	renamed, moved := leaf, leaf
	renamed.User = "somebody else"
	moved.IPs = []net.IP{net.IPv4(10, 88, 0, 1)}
	for _, row := range []struct {
		name   string
		change func(dir string)
		leaf   Leaf
		now    time.Time
		ca     bool // the authority stays
		server bool // the leaf stays
	}{
		{"nothing changed", nil, leaf, now, true, true},
		{"another user", nil, renamed, now, true, false},
		{"another address", nil, moved, now, true, false},
		{"about to expire", nil, leaf, now.Add(leafLife - renew/2), true, false},
		{"authority about to expire", nil, leaf, now.Add(caLife - renew/2), false, false},
		{"key lost", func(dir string) { os.Remove(filepath.Join(dir, "server.key")) }, leaf, now, true, false},
		{"key damaged", func(dir string) { _ = os.WriteFile(filepath.Join(dir, "server.key"), []byte("x"), 0o600) }, leaf, now, true, false},
		{"authority lost", func(dir string) { os.Remove(filepath.Join(dir, "ca.crt")) }, leaf, now, false, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			dir := t.TempDir()
			ensure := func(l Leaf, at time.Time) {
				t.Helper()
				if err := Ensure(dir, []string{"ca"}, []Leaf{l}, at); err != nil {
					t.Fatal(err)
				}
			}
			read := func(name string) string {
				data, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Fatal(err)
				}
				return string(data)
			}
			ensure(leaf, now)
			ca, server, sa := read("ca.crt"), read("server.crt"), read("sa.key")
			if row.change != nil {
				row.change(dir)
			}
			ensure(row.leaf, row.now)
			if stays := read("ca.crt") == ca; stays != row.ca {
				t.Errorf("authority stays: %v, want %v", stays, row.ca)
			}
			if stays := read("server.crt") == server; stays != row.server {
				t.Errorf("certificate stays: %v, want %v", stays, row.server)
			}
			if read("sa.key") != sa {
				t.Error("the key of service accounts changed: every token is void")
			}
			verify(t, dir, row.leaf, row.now)
		})
	}
}

// verify checks the chain as a client would, and that keys are private.
func verify(t *testing.T, dir string, leaf Leaf, now time.Time) {
	t.Helper()
	ca, err := load(dir, "ca")
	if err != nil {
		t.Fatal(err)
	}
	server, err := load(dir, leaf.Name)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.Cert)
	if _, err := server.Cert.Verify(x509.VerifyOptions{Roots: roots, DNSName: leaf.DNS[0], CurrentTime: now}); err != nil {
		t.Error(err)
	}
	for _, key := range []string{"ca.key", "sa.key", leaf.Name + ".key"} {
		if info, err := os.Stat(filepath.Join(dir, key)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", key, info, err)
		}
	}
}
