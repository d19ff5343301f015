package catalogue_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/sparkwiz/sparkwiz/internal/catalogue"
)

// TestEntries: what no parser checks.
func TestEntries(t *testing.T) {
	var (
		name    = regexp.MustCompile(`^[a-z][a-z0-9-]*[a-z0-9]$`)
		version = regexp.MustCompile(`^\d+\.\d+\.\d+$`)
		app     = regexp.MustCompile(`^v?\d+(\.\d+)+$`)
		digest  = regexp.MustCompile(`^(sha256:[0-9a-f]{64})?$`)
		image   = regexp.MustCompile(`^[a-z0-9.-]+\.[a-z]+/[a-z0-9._/-]+:[a-zA-Z0-9._-]+$`)
		api     = regexp.MustCompile(`^[a-z0-9.-]+\.[a-z]+/v\d+((alpha|beta)\d+)?$`)
		licence = []string{"Apache-2.0", "MPL-2.0"}
		levels  = []string{"restricted", "baseline", "privileged"}
	)
	var seen []string
	for _, e := range catalogue.Entries() {
		complain := func(format string, args ...any) { t.Helper(); t.Errorf(e.Name+": "+format, args...) }
		if !name.MatchString(e.Name) || slices.Contains(seen, e.Name) {
			complain("its name is wrong or there twice")
		}
		seen = append(seen, e.Name)
		for what, ok := range map[string]bool{
			"title": e.Title != "", "for": e.For != "", "version": version.MatchString(e.Version), "appVersion": app.MatchString(e.AppVersion),
			"digest": digest.MatchString(e.Digest), "namespace": name.MatchString(e.Namespace), "podSecurity": slices.Contains(levels, e.PodSecurity),
			"licence": slices.Contains(licence, e.Licence), "source": address(e.Source, "https"), "repository": address(e.Repository, "https"),
			"oci": e.OCI == "" || address(e.OCI, "oci") && strings.HasSuffix(e.OCI, "/"+e.Name), "pods": len(e.Pods) > 0, "images": len(e.Images) > 0, "values": len(e.Values) > 0,
			"namespace default": e.Namespace != "default", "kubernetes": e.Kubernetes == "" || strings.HasPrefix(e.Kubernetes, ">="),
		} {
			if !ok {
				complain("%s is not right", what)
			}
		}
		for _, a := range e.APIs {
			if !api.MatchString(a) {
				complain("%q is no group/version", a)
			}
		}
		for _, p := range e.Pods {
			for _, q := range []string{p.CPU, p.Memory} {
				if _, err := resource.ParseQuantity(q); err != nil || p.Name == "" {
					complain("pod %q asks for %q", p.Name, q)
				}
			}
		}
		for _, i := range e.Images {
			if !image.MatchString(i.Image) || strings.HasSuffix(i.Image, ":latest") || len(i.Values) == 0 {
				complain("image %q is no whole reference, or nothing can move it to a mirror", i.Image)
			}
		}
		waits(t, e)
	}
}

// waits: who waits for a webhook has something to show it, of a kind that the
// chart serves.
func waits(t *testing.T, e catalogue.Entry) {
	t.Helper()
	switch e.Wait {
	case catalogue.Webhook:
		if version, _ := e.Probe["apiVersion"].(string); !slices.Contains(e.APIs, version) || e.Probe["kind"] == nil || e.Probe["spec"] == nil {
			t.Errorf("%s: the probe is of %v, the chart serves %v", e.Name, e.Probe["apiVersion"], e.APIs)
		}
	case catalogue.CRDs:
		if len(e.APIs) == 0 && e.Offers == "" {
			t.Errorf("%s: waits for CRDs, and nothing tells which", e.Name)
		}
	case catalogue.Pods:
		if len(e.APIs) > 0 {
			t.Errorf("%s: serves APIs and does not wait for them", e.Name)
		}
	default:
		t.Errorf("%s: unknown wait %q", e.Name, e.Wait)
	}
	if e.Probe != nil && e.Wait != catalogue.Webhook {
		t.Errorf("%s: a probe that nobody uses", e.Name)
	}
}

func address(text, scheme string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == scheme && strings.Contains(u.Host, ".") && !strings.HasSuffix(text, "/")
}

// TestIssue: the charts that were asked for are there.
func TestIssue(t *testing.T) {
	for name := range strings.FieldsSeq("kube-prometheus-stack tempo external-secrets sealed-secrets vault keda cloudnative-pg nvidia-device-plugin opentelemetry-collector spark-operator seaweedfs") {
		if e, ok := catalogue.Find(name); !ok || e.Name != name {
			t.Errorf("there is no entry %s", name)
		}
	}
	if _, ok := catalogue.Find("no-such-chart"); ok {
		t.Error("there is an entry no-such-chart")
	}
}

// TestValuesFor: images that come from a mirror, in the three ways in which
// charts take them.
func TestValuesFor(t *testing.T) {
	e := catalogue.Entry{
		Values: map[string]any{"image": map[string]any{"tag": "1"}, "list": []any{"a"}},
		Images: []catalogue.Image{
			{Image: "quay.io/some/thing:1", Values: map[string]string{"image.repository": "$image"}},
			{Image: "docker.io/library/other@sha256:0123", Values: map[string]string{"global.registry": "$registry", "deep.er.path": "$path"}},
		},
	}
	before := cmp.Diff(map[string]any{}, e.Values)
	if diff := cmp.Diff(map[string]any{"image": map[string]any{"tag": "1"}, "list": []any{"a"}}, e.ValuesFor("")); diff != "" {
		t.Error(diff)
	}
	want := map[string]any{
		"image": map[string]any{"tag": "1", "repository": "r.example.com:5000/spark/some/thing"}, "list": []any{"a"},
		"global": map[string]any{"registry": "r.example.com:5000/spark"}, "deep": map[string]any{"er": map[string]any{"path": "library/other"}},
	}
	got := e.ValuesFor("r.example.com:5000/spark")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got["image"].(map[string]any)["tag"] = "2"
	if after := cmp.Diff(map[string]any{}, e.Values); after != before {
		t.Errorf("the entry was changed:\n%s", after)
	}
}

func TestParse(t *testing.T) {
	for name, text := range map[string]string{"no YAML": "- name: [", "no list": "name: a", "a field that nobody knows": "- name: a\n  verson: 1"} {
		if _, err := catalogue.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), "the catalogue cannot be read") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
