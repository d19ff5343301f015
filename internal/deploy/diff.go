package deploy

import (
	"context"
	"fmt"
	"strings"

	"github.com/pmezard/go-difflib/difflib"
	"sigs.k8s.io/yaml"
)

// Change is what an apply would do to one step.
type Change struct {
	Step   string `json:"step"`
	State  State  `json:"state"`
	Action Action `json:"action"`
	Reason string `json:"reason,omitempty"`
	// Objects are those that are made, changed or deleted, e.g.
	// deployment/spark-41-connect.
	Objects []string `json:"objects,omitempty"`
	Diff    string   `json:"diff,omitempty"` // unified diff of the manifests
}

// String is the change as people read it.
func (c Change) String() string {
	line := fmt.Sprintf("%-8s %s (%s)", c.Action, c.Step, c.State)
	if c.Reason != "" {
		line += ": " + c.Reason
	}
	return strings.TrimRight(line+"\n"+c.Diff, "\n")
}

// Diff says what an apply would change, and writes nothing.
func Diff(ctx context.Context, o Options) ([]Change, error) {
	w, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	if err := w.promises(); err != nil {
		return nil, err
	}
	var all []Change
	for _, f := range w.survey(ctx, Steps(o.Plan)) {
		if f.err != nil {
			return nil, w.Cluster.Trouble(f.err)
		}
		c := Change{Step: f.step.Name(), State: f.State, Action: f.action(o.Adopt), Reason: f.Reason}
		if s, ok := f.step.(releaseStep); ok && c.Action != Keep && c.Action != Refuse {
			if err := s.diff(w, &c); err != nil {
				return nil, err
			}
		}
		all = append(all, c)
	}
	retired, err := (&engine{World: w}).retired(ctx)
	if err != nil {
		return nil, w.Cluster.Trouble(err)
	}
	for _, r := range retired {
		all = append(all, Change{Step: releaseName(r.name), State: InSync, Action: Remove, Reason: "the answers have it no longer; its volumes stay"})
	}
	return all, nil
}

// diff compares what was last applied with the plan, object by object.
func (s releaseStep) diff(w *World, c *Change) error {
	h, err := w.helm(s.release.Namespace)
	if err != nil {
		return err
	}
	record, err := h.last(s.release.Name)
	if err != nil {
		return err
	}
	var applied []*object
	if record != nil {
		if applied, err = objects(record.Manifest); err != nil {
			return err
		}
	}
	planned, err := s.planned(w)
	if err != nil {
		return err
	}
	for _, r := range differ(applied, planned) {
		c.Objects = append(c.Objects, r.String())
	}
	c.Diff, err = unified(applied, planned)
	return err
}

// unified writes a unified diff of the objects that differ. Secrets are named
// and not shown; our charts have none, but somebody's might.
func unified(old, planned []*object) (string, error) {
	text := func(all []*object, r ref) (string, error) {
		for _, o := range all {
			if refOf(o) == r {
				if o.GetKind() == "Secret" {
					return "", nil
				}
				data, err := yaml.Marshal(o.Object)
				return string(data), err
			}
		}
		return "", nil
	}
	var out strings.Builder
	for _, r := range differ(old, planned) {
		before, err := text(old, r)
		if err != nil {
			return "", err
		}
		after, err := text(planned, r)
		if err != nil {
			return "", err
		}
		diff := difflib.UnifiedDiff{A: lines(before), B: lines(after), FromFile: r.String(), ToFile: r.String(), Context: 2}
		part, err := difflib.GetUnifiedDiffString(diff)
		if err != nil {
			return "", err
		}
		out.WriteString(part)
	}
	return out.String(), nil
}

// lines splits text as difflib wants it; nothing has no lines.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return difflib.SplitLines(text)
}
