package deploy

import (
	"context"
	"fmt"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// theirCRD is what somebody else has installed.
func theirCRD(t *testing.T, c *kube.Cluster, e *estate) *object {
	t.Helper()
	keep := true
	crd := apiextensionsv1.CustomResourceDefinition{
		TypeMeta:   metav1.TypeMeta{APIVersion: "apiextensions.k8s.io/v1", Kind: "CustomResourceDefinition"},
		ObjectMeta: metav1.ObjectMeta{Name: "widgets." + group(e.plan.Name)},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: group(e.plan.Name), Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Kind: "Widget", ListKind: "WidgetList", Plural: "widgets", Singular: "widget"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: true, Schema: &apiextensionsv1.CustomResourceValidation{
				OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &keep},
			}}},
		},
	}
	raw, err := runtime.DefaultUnstructuredConverter.ToUnstructured(&crd)
	if err != nil {
		t.Fatal(err)
	}
	made, err := client(t, c).Resource(definitions()).Create(context.Background(), &object{Object: raw}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the CRD is established", func() bool { return established(made.GetName(), get(t, c, definitions(), "", made.GetName())) == nil })
	return get(t, c, definitions(), "", made.GetName())
}

// TestForeignDefinition: CRDs that somebody else has made are not touched, by
// a plan that was made before they came, and by one that was made after.
func TestForeignDefinition(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	e := settle(t, platformName(t), "widgets", "slow")
	e.clean(t, c)
	theirs := theirCRD(t, c, e)
	var wire traffic
	_, err := e.apply(t, wire.watch(t, c), nil)
	mustRefuse(t, &wire, err, fault.Failed, "crd/"+theirs.GetName()+" exists and is not sparkwiz's", "sparkwiz apply")

	// What the answers lead to now: it is used.
	f, err := c.Collect(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if !f.Serves(group(e.plan.Name)+"/v1") || f.Made(group(e.plan.Name)) {
		t.Errorf("facts: served %v, made %v", f.Serves(group(e.plan.Name)+"/v1"), f.Made(group(e.plan.Name)))
	}
	slow := *e.release(t, "slow")
	slow.Needs = nil
	e.plan.Releases = []plan.Release{slow}
	e.plan.Adopted = []plan.Adopted{{Name: "widgets", Title: "The widgets", Because: "they are there", APIs: []string{group(e.plan.Name) + "/v1"}}}
	run, err := e.apply(t, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := run.ends()["adopted/widgets"]; s != progress.Same {
		t.Errorf("what is adopted ended as %s", s)
	}
	e.settled(t, c)
	now := get(t, c, definitions(), "", theirs.GetName())
	if now.GetUID() != theirs.GetUID() || now.GetGeneration() != theirs.GetGeneration() || now.GetLabels()[platformLabel] != "" {
		t.Error("somebody's CRD was touched")
	}
	e.uninstall(t, c, func(o *Options) { o.Purge, o.PurgeCRDs = true, true })
	if now := get(t, c, definitions(), "", theirs.GetName()); now == nil || now.GetUID() != theirs.GetUID() {
		t.Error("somebody's CRD was deleted")
	}

	// Somebody takes it away again.
	if err := client(t, c).Resource(definitions()).Delete(context.Background(), theirs.GetName(), metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the CRD is gone", func() bool { return get(t, c, definitions(), "", theirs.GetName()) == nil })
	waitFor(t, "its API is gone", func() bool {
		f, err := c.Collect(context.Background())
		return err == nil && !f.Serves(group(e.plan.Name)+"/v1")
	})
	wire = traffic{}
	_, err = e.apply(t, wire.watch(t, c), nil)
	mustRefuse(t, &wire, err, fault.Failed, "The widgets was here when the plan was made and is not any more")
}

// TestDefinitions: facts tell ours from others', drift is repaired, and a
// version in which objects are stored is not taken away.
func TestDefinitions(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	e := settle(t, platformName(t), "widgets")
	e.clean(t, c)
	if _, err := e.apply(t, c, nil); err != nil {
		t.Fatal(err)
	}
	f, err := c.Collect(context.Background())
	if err != nil || !f.Made(group(e.plan.Name)) || f.Unknown["definitions"] != "" {
		t.Fatalf("facts: %v, %v", f.Definitions, err)
	}
	name := "widgets." + group(e.plan.Name)
	patch := fmt.Sprintf(`{"spec":{"names":{"shortNames":["wi%d"]}},"metadata":{"labels":{"kept":"yes"}}}`, len(name))
	crds := client(t, c).Resource(definitions())
	if _, err := crds.Patch(context.Background(), name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	e.settled(t, c) // What somebody adds is no drift.
	size := "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/size/"
	drift := fmt.Sprintf(`[{"op":"replace","path":"%[1]sminimum","value":7},{"op":"replace","path":"%[1]sdefault","value":7}]`, size)
	if _, err := crds.Patch(context.Background(), name, types.JSONPatchType, []byte(drift), metav1.PatchOptions{}); err != nil {
		t.Fatal(err)
	}
	run, err := e.apply(t, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s := run.ends()["crds/"+e.release(t, "widgets").Name]; s != progress.Done {
		t.Errorf("the drift ended as %s", s)
	}
	if now := get(t, c, definitions(), "", name); now.GetLabels()["kept"] != "yes" || strings.Contains(mustJSON(t, now.Object["spec"]), `"minimum":7`) {
		t.Error("the drift stayed, or somebody's label went")
	}
	e.settled(t, c)

	// The next chart has another version only.
	e.pack(t, "widgets", "version: 1.2.3", "version: 2.0.0", "- name: v1\n", "- name: v2\n")
	e.release(t, "widgets").Upstream.Version = "2.0.0"
	var wire traffic
	_, err = e.apply(t, wire.watch(t, c), nil)
	mustRefuse(t, &wire, err, fault.Failed, "has no version v1 of crd/", "objects are stored in it", "storedVersions")
}

// TestNeededByOthers: an operator whose objects somebody else has made stays,
// with its CRDs.
func TestNeededByOthers(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	e := settle(t, platformName(t), "widgets", "slow")
	e.clean(t, c)
	if _, err := e.apply(t, c, nil); err != nil {
		t.Fatal(err)
	}
	team := e.plan.Name + "-team"
	makeNamespace(t, c, team, nil)
	t.Cleanup(func() {
		_ = c.Client.CoreV1().Namespaces().Delete(context.Background(), team, metav1.DeleteOptions{})
	})
	widget := &object{Object: map[string]any{"apiVersion": group(e.plan.Name) + "/v1", "kind": "Widget", "metadata": map[string]any{"name": "theirs"}, "spec": map[string]any{"size": int64(1)}}}
	theirs, err := client(t, c).Resource(e.kind("widgets")).Namespace(team).Create(context.Background(), widget, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r := e.release(t, "widgets")
	left := e.uninstall(t, c, func(o *Options) { o.Purge, o.PurgeCRDs = true, true })
	want := []string{
		"release/" + r.Name + " in namespace " + r.Namespace + " (widgets theirs in namespace " + team + " needs it)",
		"crds/" + r.Name + " (2 CRDs with 3 objects; somebody else uses them)",
		"namespace/" + e.plan.Namespace + " (it is that of the operators that stay)",
	}
	if !containsAll(left, want) {
		t.Errorf("left %q, want %q among them", left, want)
	}
	if now := get(t, c, e.kind("widgets"), team, "theirs"); now == nil || now.GetUID() != theirs.GetUID() {
		t.Error("somebody's object was touched")
	}
	if _, err := c.Client.AppsV1().Deployments(r.Namespace).Get(context.Background(), r.Name, metav1.GetOptions{}); err != nil {
		t.Errorf("the operator is gone: %v", err)
	}
	if err := client(t, c).Resource(e.kind("widgets")).Namespace(team).Delete(context.Background(), "theirs", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if left := e.uninstall(t, c, func(o *Options) { o.Purge, o.PurgeCRDs = true, true }); len(left) > 0 {
		t.Errorf("then it left %v", left)
	}
}

// TestForeignSpace: an operator's namespace that is somebody's is refused, and
// nothing else is said of what would be in it.
func TestForeignSpace(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	e := settle(t, platformName(t), "widgets")
	e.clean(t, c)
	r := e.release(t, "widgets")
	makeNamespace(t, c, r.Namespace, nil)
	theirCRD(t, c, e)
	var wire traffic
	_, err := e.apply(t, wire.watch(t, c), nil)
	mustRefuse(t, &wire, err, fault.Failed, "namespace "+r.Namespace+" exists and is not sparkwiz's", "kubectl label namespace "+r.Namespace+" --overwrite")
	if strings.Contains(err.Error(), "crd/") {
		t.Errorf("it also says: %v", err)
	}
}

// TestTooLarge: what Helm could not keep a record of is refused before the
// first write.
func TestTooLarge(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	e := settle(t, platformName(t), "widgets")
	e.clean(t, c)
	noise := make([]byte, 1_200_000)
	seed := uint32(1)
	for i := range noise {
		seed = seed*1664525 + 1013904223 // What can be compressed would fit.
		noise[i] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"[seed>>26]
	}
	e.release(t, "widgets").Values["blob"] = string(noise)
	var wire traffic
	_, err := e.apply(t, wire.watch(t, c), nil)
	mustRefuse(t, &wire, err, fault.Failed, "the record of release "+e.release(t, "widgets").Name+" would take", "Secret")
}

// TestCovers: what the API server adds or leaves out is no difference.
func TestCovers(t *testing.T) {
	list := func(items ...any) []any { return items }
	for name, tt := range map[string]struct {
		planned, live any
		want          bool
	}{
		"the same":                   {map[string]any{"a": int64(1)}, map[string]any{"a": int64(1)}, true},
		"more is there":              {map[string]any{"a": "x"}, map[string]any{"a": "x", "b": "y"}, true},
		"less is there":              {map[string]any{"a": "x", "b": "y"}, map[string]any{"a": "x"}, false},
		"zeros are left out":         {map[string]any{"a": false, "b": "", "c": int64(0), "d": map[string]any{}, "e": list(), "f": nil}, map[string]any{}, true},
		"another value":              {map[string]any{"a": "x"}, map[string]any{"a": "y"}, false},
		"numbers have no type":       {map[string]any{"a": float64(1)}, map[string]any{"a": int64(1)}, true},
		"a shorter list":             {list("a", "b"), list("a"), false},
		"a longer list":              {list("a"), list("a", "b"), false},
		"in a list":                  {list(map[string]any{"a": "x"}), list(map[string]any{"a": "x", "b": "y"}), true},
		"an operator's certificate":  {map[string]any{"clientConfig": map[string]any{"caBundle": "Cg=="}}, map[string]any{"clientConfig": map[string]any{"caBundle": "real"}}, true},
		"a branch where a leaf was":  {map[string]any{"a": map[string]any{"b": "x"}}, map[string]any{"a": "x"}, false},
		"a list where nothing is":    {list("a"), nil, false},
		"something where nothing is": {true, nil, false},
	} {
		if got := covers(tt.planned, tt.live); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestEstablished reads a CRD's conditions.
func TestEstablished(t *testing.T) {
	crd := func(conditions ...any) *object {
		o := &object{Object: map[string]any{}}
		if err := unstructured.SetNestedSlice(o.Object, conditions, "status", "conditions"); err != nil {
			t.Fatal(err)
		}
		return o
	}
	condition := func(kind string, status corev1.ConditionStatus) any {
		return map[string]any{"type": kind, "status": string(status), "message": "because"}
	}
	for want, o := range map[string]*object{
		"is not there":             nil,
		"is not established yet":   {Object: map[string]any{}},
		"is not accepted: because": crd(condition("Established", "True"), condition("NamesAccepted", "False")),
		"":                         crd(condition("NamesAccepted", "True"), condition("Established", "True")),
	} {
		got := ""
		if trouble := established("x", o); trouble != nil {
			got = strings.TrimPrefix(trouble.String(), "crd/x ")
		}
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestUninstallWithoutDefinitions: whoever has deleted a definition has
// deleted the objects of it, and the rest of the release goes all the same.
func TestUninstallWithoutDefinitions(t *testing.T) {
	c, _ := cluster(t)
	e := settle(t, platformName(t), "widgets")
	e.clean(t, c)
	if _, err := e.apply(t, c, nil); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"widgets", "gadgets"} {
		if err := client(t, c).Resource(definitions()).Delete(t.Context(), kind+"."+group(e.plan.Name), metav1.DeleteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	waitFor(t, "the definitions are gone", func() bool {
		_, err := c.Client.Discovery().ServerResourcesForGroupVersion(group(e.plan.Name) + "/v1")
		return apierrors.IsNotFound(err)
	})
	e.uninstall(t, c, func(o *Options) { o.Purge = true })
	r := e.release(t, "widgets")
	if records, err := c.Client.CoreV1().Secrets(r.Namespace).List(t.Context(), metav1.ListOptions{LabelSelector: "owner=helm"}); err != nil || len(records.Items) > 0 {
		t.Errorf("%d records of the release are left (%v)", len(records.Items), err)
	}
}
