package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"

	"github.com/sparkwiz/sparkwiz/charts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// Charts are the archives (.tgz) of upstream charts, by name. Ours are in the
// program and need none, so nil is enough for them.
type Charts map[string][]byte

// ErrNoChart is a chart whose archive nobody has handed over.
var ErrNoChart = errors.New("the chart is not here")

// Load loads the chart of a release afresh: Helm edits the charts it is given,
// so one is never shared between two operations.
func (c Charts) Load(r plan.Release) (*chart.Chart, error) {
	if r.Upstream == nil {
		return Chart(r.Chart)
	}
	archive, ok := c[r.Chart]
	if !ok {
		return nil, fmt.Errorf("%s %s: %w", r.Chart, r.Upstream.Version, ErrNoChart)
	}
	loaded, err := loader.LoadArchive(bytes.NewReader(archive))
	if err != nil {
		return nil, fmt.Errorf("the archive of chart %s %s cannot be read: %w", r.Chart, r.Upstream.Version, err)
	}
	if got := loaded.Metadata; got.Name != r.Chart || got.Version != r.Upstream.Version {
		return nil, fmt.Errorf("the archive of chart %s %s holds %s %s", r.Chart, r.Upstream.Version, got.Name, got.Version)
	}
	return loaded, nil
}

// Digest is the sha256 of an upstream chart's archive in hexadecimal digits,
// empty for a chart of ours or one that is not here.
func (c Charts) Digest(r plan.Release) string {
	archive, ok := c[r.Chart]
	if r.Upstream == nil || !ok {
		return ""
	}
	sum := sha256.Sum256(archive)
	return hex.EncodeToString(sum[:])
}

// Chart loads one of our own charts afresh.
func Chart(name string) (*chart.Chart, error) {
	files, err := charts.Files(name)
	if err != nil {
		return nil, err
	}
	var buffered []*loader.BufferedFile
	for _, f := range files {
		buffered = append(buffered, &loader.BufferedFile{Name: f.Path, Data: f.Data})
	}
	return loader.LoadFiles(buffered)
}
