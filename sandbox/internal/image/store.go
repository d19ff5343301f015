package image

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/sparkwiz/sparkwiz/sandbox/internal/state"
)

// Store is the image store of a sandbox's containerd, reached through ctr.
type Store struct {
	Socket string
	Record string // file that remembers which archive gave which image
}

// Loaded says what became of an archive.
type Loaded struct {
	Archive Archive
	Skipped bool // the same content was there already
}

// Load imports an archive unless all its images are there from the same one.
func (s Store) Load(ctx context.Context, path string) (Loaded, error) {
	a, err := Inspect(path)
	if err != nil {
		return Loaded{}, err
	}
	present, err := s.images(ctx)
	if err != nil {
		return Loaded{}, err
	}
	record := s.read()
	if record.knows(a, present) {
		return Loaded{a, true}, nil
	}
	if _, err := s.ctr(ctx, "images", "import", path); err != nil {
		return Loaded{}, fmt.Errorf("import %s: %w", path, err)
	}
	if present, err = s.images(ctx); err != nil {
		return Loaded{}, err
	}
	for _, ref := range a.References {
		if present[normal(ref)] == "" {
			return Loaded{}, fmt.Errorf("%s was imported, but containerd does not list %s", path, normal(ref))
		}
		record[normal(ref)] = entry{a.ID, present[normal(ref)]}
	}
	return Loaded{a, false}, s.write(record)
}

// entry ties an image's digest in containerd to the archive it came from.
type entry struct{ Archive, Digest string }

type record map[string]entry

func (r record) knows(a Archive, present map[string]string) bool {
	for _, ref := range a.References {
		e := r[normal(ref)]
		if e.Archive != a.ID || e.Digest == "" || present[normal(ref)] != e.Digest {
			return false
		}
	}
	return true
}

func (s Store) read() record {
	r := record{}
	if data, err := os.ReadFile(s.Record); err == nil {
		_ = json.Unmarshal(data, &r) // A damaged record only costs an import.
	}
	return r
}

func (s Store) write(r record) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	_, err = state.WriteFile(s.Record, append(data, '\n'), 0o644)
	return err
}

// images maps each reference in containerd to its digest.
func (s Store) images(ctx context.Context) (map[string]string, error) {
	out, err := s.ctr(ctx, "images", "ls")
	if err != nil {
		return nil, fmt.Errorf("list images: %w", err)
	}
	all := map[string]string{}
	for line := range strings.Lines(out) {
		if f := strings.Fields(line); len(f) > 2 && strings.HasPrefix(f[2], "sha256:") {
			all[f[0]] = f[2]
		}
	}
	return all, nil
}

func (s Store) ctr(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "ctr", append([]string{"--address", s.Socket, "--namespace", "k8s.io"}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, bytes.TrimSpace(stderr.Bytes()))
	}
	return string(out), nil
}

// normal is the form in which containerd keeps a reference.
func normal(ref string) string {
	host, rest, ok := strings.Cut(ref, "/")
	switch {
	case !ok:
		ref = "docker.io/library/" + ref
	case !strings.ContainsAny(host, ".:") && host != "localhost":
		ref = "docker.io/" + host + "/" + rest
	}
	if !strings.Contains(ref[strings.LastIndexByte(ref, '/'):], ":") {
		ref += ":latest"
	}
	return ref
}

func (l Loaded) String() string {
	names := strings.Join(l.Archive.References, ", ")
	if l.Skipped {
		return names + " (already there)"
	}
	return names
}
