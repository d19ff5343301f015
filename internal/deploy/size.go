package deploy

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"

	"helm.sh/helm/v3/pkg/release"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// A Secret holds 1 MiB (corev1.MaxSecretSize); Helm's record of a release is
// one. The rest is left for what Helm writes into it while it installs.
const largestRecord = 900 << 10

// sizes refuses releases whose record would not fit: Helm would notice only
// after hooks have run.
func (e *engine) sizes(changing []found) error {
	var all []error
	for _, f := range changing {
		s, ok := f.step.(releaseStep)
		if !ok {
			continue
		}
		size, err := s.size(e.World)
		if err != nil {
			return err
		}
		if size > largestRecord {
			what := fmt.Sprintf("the record of release %s would take %d kB, and Helm has room for %d kB in a Secret", s.release.Name, size>>10, largestRecord>>10)
			all = append(all, fault.New(fault.Failed, what, "sparkwiz plan -o yaml   # which of its values are so large?"))
		}
	}
	return joined(all)
}

// size is the length of the record as Helm keeps it: JSON, compressed, in
// base64.
func (s releaseStep) size(w *World) (int, error) {
	chart, err := w.Charts.Load(s.release)
	if err != nil {
		return 0, err
	}
	rendered, err := w.renders.Render(s.release, w.version)
	if err != nil {
		return 0, err
	}
	record := release.Release{
		Name: s.release.Name, Namespace: s.release.Namespace, Chart: chart, Config: s.release.Values, Manifest: rendered.Manifest,
		Hooks: []*release.Hook{{Manifest: rendered.Hooks}}, Info: &release.Info{},
	}
	data, err := json.Marshal(record)
	if err != nil {
		return 0, err
	}
	var out bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	_, err = zipped.Write(data)
	err = errors.Join(err, zipped.Close())
	return base64.StdEncoding.EncodedLen(out.Len()), err
}
