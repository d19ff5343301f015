package charts

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"
)

// releases are the names under which the charts find each other.
var releases = map[string]string{
	"airflow":            "airflow",
	"data-validation":    "data-validation",
	"default-deny":       "default-deny",
	"hive-metastore":     "hive-metastore",
	"jupyter":            "jupyter",
	"monitoring":         "monitoring",
	"object-store":       "object-store",
	"postgresql":         "postgresql",
	"postgresql-cluster": "postgresql-cluster",
	"secrets":            "secrets",
	"spark-3.5":          "spark-35",
	"spark-4.1":          "spark-41",
	"trace-exporter":     "trace-exporter",
}

// together are values of charts that stand beside others: one History Server serves all lines of Spark, and somebody collects
// Airflow's metrics.
var together = map[string]map[string]any{
	"spark-3.5": {"history": map[string]any{"enabled": false}},
	"airflow":   {"metrics": map[string]any{"enabled": true}},
}

// load reads a chart from the embedded files, the way the product does.
func load(t *testing.T, name string) *chart.Chart {
	t.Helper()
	files, err := Files(name)
	if err != nil {
		t.Fatal(err)
	}
	var buffered []*loader.BufferedFile
	for _, f := range files {
		buffered = append(buffered, &loader.BufferedFile{Name: f.Path, Data: f.Data})
	}
	c, err := loader.LoadFiles(buffered)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// render gives a chart's manifests as one text, or the error of its schema or templates.
func render(t *testing.T, name string, values map[string]any) (string, error) {
	t.Helper()
	c := load(t, name)
	options := chartutil.ReleaseOptions{Name: releases[name], Namespace: "spark", Revision: 1, IsInstall: true}
	top, err := chartutil.ToRenderValues(c, values, options, nil)
	if err != nil {
		return "", err
	}
	files, err := engine.Render(c, top)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for _, file := range slices.Sorted(maps.Keys(files)) {
		if strings.HasSuffix(file, ".yaml") {
			text.WriteString("---\n" + files[file] + "\n")
		}
	}
	return text.String(), nil
}

// objects renders a chart, or all of them for an empty name, and parses what comes out.
func objects(t *testing.T, name string, values map[string]any) []unstructured.Unstructured {
	t.Helper()
	if name == "" {
		var all []unstructured.Unstructured
		for _, name := range Names() {
			all = append(all, objects(t, name, together[name])...)
		}
		return all
	}
	text, err := render(t, name, values)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	var all []unstructured.Unstructured
	for document := range strings.SplitSeq(text, "\n---\n") {
		var object unstructured.Unstructured
		if err := yaml.UnmarshalStrict([]byte(document), &object.Object); err != nil {
			t.Fatalf("%s: %v in\n%s", name, err, document)
		}
		if len(object.Object) > 0 {
			all = append(all, object)
		}
	}
	return all
}

// as converts an object to its Go type; a field that the type does not have is an error.
func as[T any](t *testing.T, object map[string]any) T {
	t.Helper()
	var typed T
	if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(object, &typed, true); err != nil {
		t.Fatalf("%v: %v", object["kind"], err)
	}
	return typed
}

// pods collects every pod that the charts start, those of executors and tasks included, by the name of what starts it or,
// where a template in a ConfigMap has a name, by that.
func pods(t *testing.T, name string, values map[string]any) map[string]corev1.PodTemplateSpec {
	t.Helper()
	found := map[string]corev1.PodTemplateSpec{}
	for _, object := range objects(t, name, values) {
		switch object.GetKind() {
		case "Deployment", "StatefulSet", "Job":
			template, _, _ := unstructured.NestedMap(object.Object, "spec", "template")
			found[object.GetName()] = as[corev1.PodTemplateSpec](t, template)
		case "CronJob":
			template, _, _ := unstructured.NestedMap(object.Object, "spec", "jobTemplate", "spec", "template")
			found[object.GetName()] = as[corev1.PodTemplateSpec](t, template)
		case "ConfigMap":
			for _, file := range []string{"executor.yaml", "worker.yaml"} {
				text, isTemplate, _ := unstructured.NestedString(object.Object, "data", file)
				if !isTemplate {
					continue
				}
				var pod map[string]any
				if err := yaml.UnmarshalStrict([]byte(text), &pod); err != nil {
					t.Fatal(err)
				}
				typed := as[corev1.Pod](t, pod)
				found[cmp.Or(typed.Name, object.GetName())] = corev1.PodTemplateSpec{ObjectMeta: typed.ObjectMeta, Spec: typed.Spec}
			}
		}
	}
	return found
}

// find returns the data or the spec of one object.
func find(t *testing.T, all []unstructured.Unstructured, kind, name string) unstructured.Unstructured {
	t.Helper()
	for _, object := range all {
		if object.GetKind() == kind && object.GetName() == name {
			return object
		}
	}
	t.Fatalf("no %s %s", kind, name)
	return unstructured.Unstructured{}
}
