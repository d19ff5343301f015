package examples

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/images"
)

// The training jobs can be pasted into a platform's namespace: Pod Security "restricted" takes them, they ask for a GPU, and
// their image is one that images/ builds.
func TestTrainingJobs(t *testing.T) {
	files, err := filepath.Glob("gpu-training/*.yaml")
	if err != nil || len(files) != 2 {
		t.Fatalf("%v: %v", files, err)
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	all, err := images.All()
	if err != nil {
		t.Fatal(err)
	}
	restricted := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text, _, _ := strings.Cut(string(data), "\n---\n")
		var job batchv1.Job
		if err := yaml.UnmarshalStrict([]byte(text), &job); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		template := job.Spec.Template
		for _, r := range evaluator.EvaluatePod(restricted, &template.ObjectMeta, &template.Spec) {
			if !r.Allowed {
				t.Errorf("%s: %s (%s)", file, r.ForbiddenReason, r.ForbiddenDetail)
			}
		}
		c := template.Spec.Containers[0]
		if gpus := c.Resources.Limits["nvidia.com/gpu"]; gpus.Value() != 1 {
			t.Errorf("%s asks for %s GPUs", file, gpus.String())
		}
		if !slices.ContainsFunc(all, func(i images.Image) bool { return i.Reference == c.Image }) {
			t.Errorf("%s: nobody builds %s", file, c.Image)
		}
	}
}
