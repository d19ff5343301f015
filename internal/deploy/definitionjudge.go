package deploy

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// judge says how one CRD stands. One that another of our platforms has left
// behind is taken over: the namespace of its operator is ours, so that
// platform has none any more.
func (s definitionStep) judge(planned, found *object) Observed {
	name := planned.GetName()
	switch {
	case found == nil:
		return Observed{State: Absent, Reason: "crd/" + name + " is not there"}
	case found.GetLabels()[platformLabel] == "":
		what := fmt.Sprintf("crd/%s exists and is not sparkwiz's, so somebody else has installed %s", name, s.release.Title)
		return Observed{State: Foreign, Reason: what, Fault: fault.New(fault.Failed, what, "sparkwiz apply   # looks again, and uses what is there")}
	case found.GetDeletionTimestamp() != nil:
		return Observed{State: Pending, Reason: "crd/" + name + " is still being deleted"}
	}
	if lost := lostVersions(planned, found); len(lost) > 0 {
		what := fmt.Sprintf("%s %s has no version %s of crd/%s any more, and objects are stored in it", s.release.Title, s.release.Upstream.Version, strings.Join(lost, ", "), name)
		hint := fmt.Sprintf("kubectl get crd %s -o jsonpath='{.status.storedVersions}'   # migrate the objects, as %s tells, before this version is installed", name, s.release.Title)
		return Observed{State: OutOfSync, Reason: what, Fault: fault.New(fault.Failed, what, hint)}
	}
	switch {
	case found.GetAnnotations()[digestMark] != planned.GetAnnotations()[digestMark], found.GetLabels()[platformLabel] != s.platform:
		return Observed{State: OutOfSync, Reason: "crd/" + name + " changes"}
	case !covers(planned.Object["spec"], found.Object["spec"]):
		return Observed{State: Drifted, Reason: "crd/" + name + " was changed"}
	}
	return Observed{State: InSync}
}

// lostVersions are those in which the cluster keeps objects and which the new
// definition has no longer: the objects could not be read again.
func lostVersions(planned, found *object) []string {
	stored, _, err := unstructured.NestedStringSlice(found.Object, "status", "storedVersions")
	if err != nil {
		return nil // There are none that anybody could read.
	}
	return slices.DeleteFunc(stored, func(v string) bool { return slices.Contains(versions(planned), v) })
}

// versions are the names of a definition's versions.
func versions(o *object) []string {
	list, _, err := unstructured.NestedSlice(o.Object, "spec", "versions")
	if err != nil {
		return nil
	}
	var names []string
	for _, v := range list {
		if v, ok := v.(map[string]any); ok {
			names = append(names, fmt.Sprint(v["name"]))
		}
	}
	return names
}

// summary is the state that decides: what nobody may touch before what is
// missing, and that before what differs.
func summary(seen []Observed) Observed {
	if i := slices.IndexFunc(seen, func(o Observed) bool { return o.Fault != nil }); i >= 0 {
		return seen[i]
	}
	for _, state := range []State{Pending, Absent, OutOfSync, Drifted} {
		for _, o := range seen {
			if o.State == state {
				return o
			}
		}
	}
	return Observed{State: InSync}
}

// established says what a CRD waits for, nil if for nothing.
func established(name string, found *object) *Trouble {
	t := &Trouble{Object: "crd/" + name, Says: "is not there"}
	if found == nil {
		return t
	}
	t.Says, t.Hint = "is not established yet", fmt.Sprintf("kubectl get crd %s -o jsonpath='{.status.conditions}'", name)
	list, _, err := unstructured.NestedSlice(found.Object, "status", "conditions")
	if err != nil {
		return t
	}
	done := false
	for _, c := range list {
		c, ok := c.(map[string]any)
		if !ok {
			continue
		}
		switch {
		case c["type"] == "Established" && c["status"] == "True":
			done = true
		case c["type"] == "NamesAccepted" && c["status"] == "False", c["type"] == "NonStructuralSchema" && c["status"] == "True":
			t.Says, t.Detail, t.Fatal, t.After = "is not accepted", fmt.Sprint(c["message"]), true, soon
			return t
		}
	}
	if done {
		return nil
	}
	return t
}
