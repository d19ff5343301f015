package charts

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

// Every environment renders, alone and with every preset over it, to pods that Pod Security "restricted" takes.
func TestEnvironmentsAndPresets(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	for _, chart := range []string{"spark-3.5", "spark-4.1"} {
		for _, environment := range []string{"dev", "staging", "prod"} {
			base := valuesFile(t, chart+"/environments/"+environment+"/values.yaml")
			for _, preset := range append([]string{""}, presetNames(t, chart)...) {
				over := base
				if preset != "" {
					over = merge(base, valuesFile(t, chart+"/presets/"+preset))
				}
				for name, pod := range pods(t, chart, over) {
					for _, result := range evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec) {
						if !result.Allowed {
							t.Errorf("%s %s %s, %s: %s (%s)", chart, environment, preset, name, result.ForbiddenReason, result.ForbiddenDetail)
						}
					}
				}
			}
		}
	}
}

// A preset for a pool of nodes sends executors there and keeps everything else away, also where the pool is not tainted.
func TestOnlyExecutorsGoToPools(t *testing.T) {
	for _, chart := range []string{"spark-3.5", "spark-4.1"} {
		for preset, label := range map[string]string{
			"values-scenario-gpu.yaml":            "nvidia.com/gpu.present",
			"values-scenario-cost-optimized.yaml": "karpenter.sh/capacity-type",
		} {
			for name, pod := range pods(t, chart, valuesFile(t, chart+"/presets/"+preset)) {
				if executor := strings.HasSuffix(name, "-executor"); executor {
					if pod.Spec.NodeSelector[label] == "" || len(pod.Spec.Tolerations) == 0 {
						t.Errorf("%s %s: executors do not go to the pool: %v, %v", chart, preset, pod.Spec.NodeSelector, pod.Spec.Tolerations)
					}
					continue
				}
				if !staysOff(pod.Spec, label) || len(pod.Spec.Tolerations) > 0 {
					t.Errorf("%s %s: %s may land on the pool", chart, preset, name)
				}
			}
		}
	}
}

func staysOff(pod corev1.PodSpec, label string) bool {
	if pod.Affinity == nil || pod.Affinity.NodeAffinity == nil {
		return false
	}
	terms := pod.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
	return len(terms) > 0 && !slices.ContainsFunc(terms, func(term corev1.NodeSelectorTerm) bool {
		return !slices.ContainsFunc(term.MatchExpressions, func(r corev1.NodeSelectorRequirement) bool {
			return r.Key == label && r.Operator == corev1.NodeSelectorOpNotIn
		})
	})
}

func presetNames(t *testing.T, chart string) []string {
	t.Helper()
	paths, err := filepath.Glob(chart + "/presets/*.yaml")
	if err != nil || len(paths) != 4 {
		t.Fatalf("%s has the presets %v: %v", chart, paths, err)
	}
	var names []string
	for _, path := range paths {
		names = append(names, filepath.Base(path))
	}
	return names
}

func valuesFile(t *testing.T, path string) map[string]any {
	t.Helper()
	var values map[string]any
	if err := yaml.UnmarshalStrict(read(t, path), &values); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return values
}

// merge lays values over others as Helm does with several -f.
func merge(base, over map[string]any) map[string]any {
	out := map[string]any{}
	maps.Copy(out, base)
	for key, value := range over {
		below, isMap := out[key].(map[string]any)
		above, also := value.(map[string]any)
		if isMap && also {
			value = merge(below, above)
		}
		out[key] = value
	}
	return out
}
