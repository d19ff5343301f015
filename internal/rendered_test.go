package internal_test

import (
	"cmp"
	"maps"
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/render"
)

// TestPlatforms looks at everything that can be installed, as it is rendered.
func TestPlatforms(t *testing.T) {
	all := platforms(t)
	t.Run("network", func(t *testing.T) { networks(t, all) })
	t.Run("holes", func(t *testing.T) { holes(t, all[0]) })
	t.Run("rights", func(t *testing.T) { rights(t, all) })
	t.Run("restricted", func(t *testing.T) { restricted(t, all) })
	t.Run("passwords", func(t *testing.T) { noPasswords(t, all) })
}

// platform is one variant of answers, with all that is made of it but for
// charts of others.
type platform struct {
	question.Variant

	plan      plan.Plan
	manifests []string // one for each release
	objects   []unstructured.Unstructured
	pods      map[string]corev1.PodTemplateSpec // see podsOf
}

// made is what a manifest holds. Most variants have most manifests in common.
type made struct {
	objects []unstructured.Unstructured
	pods    map[string]corev1.PodTemplateSpec
}

// platforms renders every variant of answers once: a plan that was seen
// already is left out. A component is in one of them or this fails, so that
// nothing new escapes the tests of this package.
func platforms(t *testing.T) []platform {
	t.Helper()
	var cache render.Cache
	var all []platform
	seen, installed, known := map[string]bool{}, map[string]bool{}, map[string]made{}
	for _, v := range question.Variants() {
		p, err := plan.Make(v.Spec, facts.Facts{})
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		if seen[p.ID] {
			continue
		}
		seen[p.ID] = true
		one := platform{Variant: v, plan: p, pods: map[string]corev1.PodTemplateSpec{}}
		for _, r := range p.Releases {
			installed[r.Name] = true
			if r.Upstream != nil {
				continue
			}
			manifest, err := cache.Manifest(r, "")
			if err != nil {
				t.Fatalf("%s: %v", v.Name, err)
			}
			m, ok := known[manifest]
			if !ok {
				m.objects = parsed(t, manifest)
				m.pods = podsOf(t, m.objects)
				known[manifest] = m
			}
			one.manifests = append(one.manifests, manifest)
			one.objects = append(one.objects, m.objects...)
			maps.Copy(one.pods, m.pods)
		}
		all = append(all, one)
	}
	for _, c := range component.Catalogue() {
		if c.Upstream == nil && !installed[c.Name] {
			t.Errorf("no variant of answers installs %s: nothing here looks at it", c.Name)
		}
	}
	return all
}

func parsed(t *testing.T, manifest string) []unstructured.Unstructured {
	t.Helper()
	var all []unstructured.Unstructured
	for document := range strings.SplitSeq("\n"+manifest, "\n---\n") {
		var object unstructured.Unstructured
		if err := yaml.Unmarshal([]byte(document), &object.Object); err != nil {
			t.Fatalf("%v in:\n%s", err, document)
		}
		if len(object.Object) > 0 {
			all = append(all, object)
		}
	}
	return all
}

// as converts an object to its Go type; a field that the type does not have is
// an error.
func as[T any](t *testing.T, object map[string]any) T {
	t.Helper()
	var typed T
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object, &typed, true); err != nil {
		t.Fatalf("%v: %v", object["kind"], err)
	}
	return typed
}

// podsOf are all that is started, those of executors and tasks
// included, by the name of what starts them or, where a template in a
// ConfigMap has a name, by that. CloudNativePG makes pods of its own.
func podsOf(t *testing.T, objects []unstructured.Unstructured) map[string]corev1.PodTemplateSpec {
	t.Helper()
	found := map[string]corev1.PodTemplateSpec{}
	for _, object := range objects {
		path := map[string][]string{
			"Deployment": {"spec", "template"}, "StatefulSet": {"spec", "template"}, "DaemonSet": {"spec", "template"}, "Job": {"spec", "template"},
			"CronJob": {"spec", "jobTemplate", "spec", "template"},
		}[object.GetKind()]
		if path != nil {
			template, _, _ := unstructured.NestedMap(object.Object, path...)
			found[kindOfPod(object)] = as[corev1.PodTemplateSpec](t, template)
		}
		if object.GetKind() != "ConfigMap" {
			continue
		}
		data, _, _ := unstructured.NestedStringMap(object.Object, "data")
		for file, text := range data {
			var pod map[string]any
			if !strings.HasSuffix(file, ".yaml") || yaml.Unmarshal([]byte(text), &pod) != nil || pod["kind"] != "Pod" {
				continue
			}
			typed := as[corev1.Pod](t, pod)
			found[cmp.Or(typed.Name, object.GetName())] = corev1.PodTemplateSpec{ObjectMeta: typed.ObjectMeta, Spec: typed.Spec}
		}
	}
	return found
}

// hash ends the names of Jobs that are made anew when what they do changes.
var hash = regexp.MustCompile(`-[0-9a-f]{8,}$`)

func kindOfPod(object unstructured.Unstructured) string {
	if object.GetKind() == "Job" {
		return hash.ReplaceAllString(object.GetName(), "")
	}
	return object.GetName()
}
