package catalogue_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/internal/catalogue"
	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// TestArchives compares the catalogue with the charts themselves, for whoever
// brings a version up to date. It needs their archives, which
// `sparkwiz mirror --all --to oci:DIR` leaves in the cache:
//
//	SPARKWIZ_CHARTS=~/.cache/sparkwiz/charts go test ./internal/catalogue
func TestArchives(t *testing.T) {
	dir := os.Getenv("SPARKWIZ_CHARTS")
	if dir == "" {
		t.Skip("SPARKWIZ_CHARTS names no directory with the archives of the charts")
	}
	for _, c := range component.Catalogue() {
		if c.Upstream == nil {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(dir, c.Name+"-"+c.Upstream.Version+".tgz"))
			if errors.Is(err, fs.ErrNotExist) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			compare(t, c, data)
		})
	}
}

func compare(t *testing.T, c component.Component, archive []byte) {
	t.Helper()
	e := *c.Upstream
	sum := sha256.Sum256(archive)
	if digest := "sha256:" + hex.EncodeToString(sum[:]); digest != e.Digest {
		t.Logf("digest %s, the catalogue has %q", digest, e.Digest)
	}
	charts := render.Charts{c.Chart: archive}
	loaded, err := charts.Load(plan.Release{Chart: c.Chart, Upstream: &plan.Upstream{Version: e.Version}})
	if err != nil {
		t.Fatal(err)
	}
	if m := loaded.Metadata; m.AppVersion != e.AppVersion || strings.NewReplacer(" ", "", "v", "").Replace(m.KubeVersion) != e.Kubernetes {
		t.Errorf("appVersion %q, kubeVersion %q; the catalogue has %q, %q", m.AppVersion, m.KubeVersion, e.AppVersion, e.Kubernetes)
	}
	s := spec.Default()
	rendered := func(registry string) render.Rendered {
		s.Images.Registry = registry
		r := plan.Release{Name: c.Name, Chart: c.Chart, Namespace: e.Namespace, Values: c.Values(s), Upstream: &plan.Upstream{Version: e.Version}}
		out, err := charts.Render(r, "")
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	public, mirrored := rendered(""), rendered("mirror.invalid/x")
	images(t, e, public, mirrored)
	served(t, e, public.CRDs)
	pods(t, c, public)
}

// images: every image is in the list, and comes from the mirror where there
// is one.
func images(t *testing.T, e catalogue.Entry, public, mirrored render.Rendered) {
	t.Helper()
	var known []string
	for _, i := range e.Images {
		known = append(known, i.Image)
		if text := mirrored.Manifest + mirrored.Hooks; !strings.Contains(text, "mirror.invalid/x/"+catalogue.Path(i.Image)) && strings.Contains(public.Manifest, catalogue.Path(i.Image)) {
			t.Errorf("%s does not come from the mirror", i.Image)
		}
	}
	for _, image := range regexp.MustCompile(`image: *"?([^\s"]+)`).FindAllStringSubmatch(public.Manifest+public.Hooks, -1) {
		name := image[1]
		if first, _, _ := strings.Cut(name, "/"); !strings.ContainsAny(first, ".:") {
			name = "docker.io/" + name
		}
		if !slices.Contains(known, name) {
			t.Errorf("the chart starts %s, which is not in the list", name)
		}
	}
	for _, image := range regexp.MustCompile(`image: *"?([^\s"]+)`).FindAllStringSubmatch(mirrored.Manifest+mirrored.Hooks, -1) {
		if !strings.HasPrefix(image[1], "mirror.invalid/x/") {
			t.Errorf("%s does not come from the mirror", image[1])
		}
	}
}

// served: the CRDs serve what the entry says, and the probe.
func served(t *testing.T, e catalogue.Entry, crds string) {
	t.Helper()
	apis, kinds := map[string]bool{}, map[string]bool{}
	for _, o := range objects(t, crds) {
		group, _, _ := unstructured.NestedString(o.Object, "spec", "group")
		kind, _, _ := unstructured.NestedString(o.Object, "spec", "names", "kind")
		versions, _, _ := unstructured.NestedSlice(o.Object, "spec", "versions")
		for _, v := range versions {
			if v := v.(map[string]any); v["served"] == true {
				api := group + "/" + v["name"].(string)
				apis[api], kinds[api+" "+kind] = true, true
			}
		}
	}
	for _, api := range e.APIs {
		if !apis[api] {
			t.Errorf("the chart does not serve %s", api)
		}
	}
	if e.Probe != nil && !kinds[e.Probe["apiVersion"].(string)+" "+e.Probe["kind"].(string)] {
		t.Errorf("the chart does not serve the probe, %s %s", e.Probe["apiVersion"], e.Probe["kind"])
	}
	if (e.Wait == catalogue.Pods) != (len(apis) == 0) {
		t.Errorf("wait %s, and it serves %d APIs", e.Wait, len(apis))
	}
}

// pods: they fit the namespace's Pod Security, and ask for what the entry
// says. Pods that an operator makes are not in the manifest.
func pods(t *testing.T, c component.Component, out render.Rendered) {
	t.Helper()
	judge, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	strictest := 0
	levels := []podsecurity.Level{podsecurity.LevelRestricted, podsecurity.LevelBaseline, podsecurity.LevelPrivileged}
	var cpu, memory int64
	for _, o := range objects(t, out.Manifest+out.Hooks) {
		var pod corev1.Pod
		raw, ok, _ := unstructured.NestedMap(o.Object, "spec", "template")
		if o.GetKind() == "Pod" {
			raw, ok = o.Object, true
		}
		if !ok {
			continue
		}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(raw, &pod); err != nil || len(pod.Spec.Containers) == 0 {
			continue
		}
		for level := strictest; level < len(levels); level++ {
			result := policy.AggregateCheckResults(judge.EvaluatePod(podsecurity.LevelVersion{Level: levels[level], Version: podsecurity.LatestVersion()}, &pod.ObjectMeta, &pod.Spec))
			if result.Allowed {
				break
			}
			t.Logf("%s %s is not %s: %s", o.GetKind(), o.GetName(), levels[level], result.ForbiddenDetail())
			strictest = level + 1
		}
		if o.GetKind() == "Job" || o.GetKind() == "Pod" {
			continue
		}
		for _, container := range pod.Spec.Containers {
			if container.Resources.Requests.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() {
				t.Logf("%s %s: container %s asks for nothing", o.GetKind(), o.GetName(), container.Name)
			}
			cpu += container.Resources.Requests.Cpu().MilliValue()
			memory += container.Resources.Requests.Memory().Value()
		}
	}
	if string(levels[strictest]) != c.Upstream.PodSecurity {
		t.Errorf("its pods fit %s, the catalogue says %s", levels[strictest], c.Upstream.PodSecurity)
	}
	var says component.Pod
	for _, p := range c.Pods(spec.Default()) {
		says.CPUMilli, says.Memory = says.CPUMilli+p.CPUMilli, says.Memory+p.Memory
	}
	t.Logf("asks for %dm, %d Mi; the catalogue says %dm, %d Mi", cpu, memory>>20, says.CPUMilli, says.Memory>>20)
}

func objects(t *testing.T, manifest string) []*unstructured.Unstructured {
	t.Helper()
	var all []*unstructured.Unstructured
	for doc := range strings.SplitSeq("\n"+manifest, "\n---\n") {
		o := &unstructured.Unstructured{}
		if err := yaml.Unmarshal([]byte(doc), &o.Object); err != nil {
			t.Fatal(err)
		}
		if len(o.Object) > 0 {
			all = append(all, o)
		}
	}
	return all
}
