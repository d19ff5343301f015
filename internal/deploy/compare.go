package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"helm.sh/helm/v3/pkg/release"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// compare judges a record of ours, or none, against the plan.
func (s releaseStep) compare(w *World, record *release.Release, planned []*object, there map[ref]*object) (Observed, error) {
	switch {
	case record == nil:
		return Observed{State: Absent}, nil
	case record.Info.Status == release.StatusFailed:
		return Observed{State: Failed, Reason: record.Info.Description}, nil
	case record.Info.Status != release.StatusDeployed:
		return Observed{State: Pending, Reason: "its record says " + record.Info.Status.String()}, nil
	}
	changes := s.changes
	if s.release.Upstream != nil {
		changes = s.upgrades
	}
	switch reason, err := changes(w, record, planned); {
	case err != nil:
		return Observed{State: Unknown}, err
	case reason != "":
		return Observed{State: OutOfSync, Reason: reason}, nil
	}
	for _, o := range planned {
		found := there[refOf(o)]
		switch {
		case found == nil && !vanishes(o):
			return Observed{State: Drifted, Reason: fmt.Sprintf("%s is gone", refOf(o))}, nil
		case found != nil && emptied(o, found):
			return Observed{State: Drifted, Reason: fmt.Sprintf("%s was scaled to 0", refOf(o))}, nil
		case found != nil && hasFailed(found):
			return Observed{State: Failed, Reason: fmt.Sprintf("%s has failed", refOf(o))}, nil
		}
	}
	return Observed{State: InSync}, nil
}

// changes says what differs between the record of a chart of ours and the
// plan: to the letter, since our charts make the same of the same values.
func (s releaseStep) changes(_ *World, record *release.Release, planned []*object) (string, error) {
	applied, err := objects(record.Manifest)
	if err != nil {
		return "", err
	}
	switch changed := differ(applied, planned); {
	case len(changed) > 0:
		return fmt.Sprintf("%s changes", changed[0]), nil
	case !same(record.Config, s.release.Values):
		return "its values change", nil
	}
	return "", nil
}

// upgrades says the same of an upstream chart, which may make another password
// each time: the chart and the values tell, not what has become of them.
func (s releaseStep) upgrades(w *World, record *release.Release, _ []*object) (string, error) {
	switch was := record.Chart.Metadata.Version; {
	case was != s.release.Upstream.Version:
		return fmt.Sprintf("its chart changes from %s to %s", was, s.release.Upstream.Version), nil
	case record.Labels[chartLabel] != chartMark(w.Charts.Digest(s.release)):
		return fmt.Sprintf("the archive of its chart %s is another one", was), nil
	case !same(record.Config, s.release.Values):
		return "its values change", nil
	}
	return "", nil
}

// differ names the objects that two manifests do not have in common.
func differ(a, b []*object) []ref {
	index := map[ref]*object{}
	for _, o := range a {
		index[refOf(o)] = o
	}
	var changed []ref
	for _, o := range b {
		old := index[refOf(o)]
		if old == nil || !reflect.DeepEqual(old.Object, o.Object) {
			changed = append(changed, refOf(o))
		}
		delete(index, refOf(o))
	}
	for r := range index {
		changed = append(changed, r)
	}
	return changed
}

// same compares values as JSON, which is what the record keeps: there a
// number has no type.
func same(a, b map[string]any) bool {
	if len(a) == 0 && len(b) == 0 {
		return true
	}
	left, err := json.Marshal(a)
	if err != nil {
		return false
	}
	right, err := json.Marshal(b)
	return err == nil && bytes.Equal(left, right)
}

// vanishes reports whether an object goes away by itself when it is done.
func vanishes(o *object) bool {
	_, ok, err := unstructured.NestedInt64(o.Object, "spec", "ttlSecondsAfterFinished")
	return o.GetKind() == "Job" && ok && err == nil
}
