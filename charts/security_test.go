package charts

import (
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// Kubernetes' own evaluator decides, so that no pod of ours is refused in a namespace that enforces "restricted".
func TestPodSecurityRestricted(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	all := pods(t, "", nil)
	if len(all) != 20 {
		t.Errorf("%d kinds of pods, not 20", len(all))
	}
	for name, pod := range all {
		for _, result := range evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec) {
			if !result.Allowed {
				t.Errorf("%s: %s (%s)", name, result.ForbiddenReason, result.ForbiddenDetail)
			}
		}
	}
}

func TestPodsAreHardened(t *testing.T) {
	for name, pod := range pods(t, "", nil) {
		token := pod.Spec.AutomountServiceAccountToken
		talks := strings.HasSuffix(name, "-connect") || name == "airflow-scheduler" || name == "airflow-api"
		if token == nil || *token != talks {
			t.Errorf("%s: it gets a token if and only if it talks to Kubernetes' API server", name)
		}
		if pod.Spec.SecurityContext.RunAsUser == nil {
			t.Errorf("%s: the user must be a number, for the kubelet cannot tell whether a name is root", name)
		}
		if links := pod.Spec.EnableServiceLinks; links == nil || *links {
			t.Errorf("%s: service links are on", name)
		}
		for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
			if root := c.SecurityContext.ReadOnlyRootFilesystem; root == nil || !*root {
				t.Errorf("%s/%s: the root file system is writable", name, c.Name)
			}
			if c.Name == "spark-kubernetes-executor" {
				continue // Spark sets its image and resources
			}
			if c.Resources.Requests.Cpu().IsZero() || c.Resources.Requests.Memory().IsZero() || c.Resources.Limits.Memory().IsZero() {
				t.Errorf("%s/%s: requests or the memory limit are missing", name, c.Name)
			}
			if _, tag, _ := strings.Cut(c.Image[strings.LastIndex(c.Image, "/"):], ":"); tag == "" || tag == "latest" {
				t.Errorf("%s/%s: %s is no exact image", name, c.Name, c.Image)
			}
		}
	}
}

func TestServersHaveProbes(t *testing.T) {
	servers := 0
	for name, pod := range pods(t, "", nil) {
		main := pod.Spec.Containers[0]
		if len(main.Ports) == 0 {
			continue
		}
		servers++
		if main.StartupProbe == nil || main.ReadinessProbe == nil || main.LivenessProbe == nil {
			t.Errorf("%s: a probe is missing", name)
		}
	}
	if servers != 11 {
		t.Errorf("%d servers, not 11", servers)
	}
}

// The Role was found by running both lines of Spark and taking verbs away until it complained.
func TestConnectRoleIsLeast(t *testing.T) {
	for _, chart := range []string{"spark-3.5", "spark-4.1"} {
		leastRole(t, chart)
	}
}

func leastRole(t *testing.T, chart string) {
	t.Helper()
	all := objects(t, chart, nil)
	role := as[rbacv1.Role](t, find(t, all, "Role", releases[chart]+"-connect").Object)
	want := map[string]string{
		"pods":       "create get list watch delete deletecollection",
		"configmaps": "create deletecollection",
	}
	verbs := 0
	for _, rule := range role.Rules {
		for _, resource := range rule.Resources {
			verbs += len(rule.Verbs)
			if got := strings.Join(rule.Verbs, " "); got != want[resource] || len(rule.APIGroups) != 1 || rule.APIGroups[0] != "" {
				t.Errorf("%v %s: %s, not %s", rule.APIGroups, resource, got, want[resource])
			}
		}
	}
	if verbs != 8 {
		t.Errorf("%d verbs, not 8", verbs)
	}
	for _, object := range all {
		if strings.HasPrefix(object.GetKind(), "ClusterRole") {
			t.Errorf("%s %s: nothing needs rights outside the namespace", object.GetKind(), object.GetName())
		}
	}
}

// Secrets are named, never made, and reach processes by the environment only.
func TestNoSecretIsWritten(t *testing.T) {
	for _, object := range objects(t, "", nil) {
		if object.GetKind() == "Secret" {
			t.Errorf("%s is made by a chart", object.GetName())
		}
	}
	for name, pod := range pods(t, "", nil) {
		for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
			if !slices.ContainsFunc(c.Env, isCredential) && !slices.Contains(trusted, c.Name) {
				t.Errorf("%s/%s reaches a store, a database or Spark, but has no credentials", name, c.Name)
			}
			for _, variable := range c.Env {
				if isCredential(variable) && (variable.Value != "" || variable.ValueFrom == nil || variable.ValueFrom.SecretKeyRef == nil) {
					t.Errorf("%s/%s: %s does not come from a Secret", name, c.Name, variable.Name)
				}
			}
		}
	}
}

// trusted are containers without credentials in their specification: Spark adds executors' own, who copies examples talks to
// nobody, and so does who collects metrics.
var trusted = []string{"spark-kubernetes-executor", "examples", "metrics"}

func isCredential(variable corev1.EnvVar) bool {
	name := variable.Name
	return strings.Contains(name, "PASSWORD") || strings.Contains(name, "SECRET") || strings.HasSuffix(name, "KEY_ID") || strings.HasSuffix(name, "TOKEN")
}
