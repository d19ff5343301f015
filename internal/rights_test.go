package internal_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// reviewed is all that pods of the platform may do in Kubernetes: the Role,
// the verbs for each resource, and why. Each was found by taking verbs away
// until the software complained. It is written by hand: a line is a decision.
func reviewed() map[string]string {
	// It starts executors, watches them and takes them away, and gives them
	// their configuration. deletecollection is how Spark deletes by label.
	const connect = "pods create get list watch delete deletecollection; configmaps create deletecollection"
	return map[string]string{
		"spark-35-connect": connect,
		"spark-41-connect": connect,
		// A pod for each task; patch marks those of a scheduler before it.
		"airflow-scheduler": "pods create list watch patch delete",
		// The log of a task that still runs is nowhere but in its pod.
		"airflow-api": "pods list; pods/log get",
		// It makes the Secrets of the plan, and changes those only, by name.
		"secrets-agent": "secrets create; secrets=… patch",
	}
}

// counted is how many verbs there are in all, so that a review sees a number
// grow that nobody meant to.
const counted = 25

// rights holds every Role against the reviewed list, and who has which.
func rights(t *testing.T, all []platform) {
	t.Helper()
	used := map[string]bool{}
	for _, p := range all {
		for _, wrong := range p.roles(t, used) {
			t.Errorf("%s: %s", p.Name, wrong)
		}
	}
	verbs := 0
	for role, allowed := range reviewed() {
		if !used[role] {
			t.Errorf("nothing has the reviewed Role %s", role)
		}
		for part := range strings.SplitSeq(allowed, "; ") {
			verbs += len(strings.Fields(part)) - 1
		}
	}
	if verbs != counted {
		t.Errorf("%d verbs are reviewed, not %d", verbs, counted)
	}
}

// byName restricts a right to objects with names, which differ with the answers.
var byName = regexp.MustCompile(`=\S+`)

// roles is what is wrong with a platform's Roles, bindings and accounts.
func (p platform) roles(t *testing.T, used map[string]bool) []string {
	t.Helper()
	var wrong []string
	complain := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	bound, accounts := map[string]bool{}, map[string]bool{}
	var stores []string
	for _, object := range p.objects {
		name := object.GetName()
		switch kind := object.GetKind(); kind {
		case "ClusterRole", "ClusterRoleBinding":
			complain("%s %s: nothing of ours needs rights outside the namespace", kind, name)
		case "Role":
			used[name] = true
			if got := byName.ReplaceAllString(granted(as[rbacv1.Role](t, object.Object)), "=…"); got != reviewed()[name] {
				complain("Role %s grants %q; reviewed is %q", name, got, reviewed()[name])
			}
		case "RoleBinding":
			binding := as[rbacv1.RoleBinding](t, object.Object)
			if binding.RoleRef.Kind != "Role" || len(binding.Subjects) != 1 || binding.Subjects[0].Kind != "ServiceAccount" || binding.Subjects[0].Namespace != p.plan.Namespace {
				complain("RoleBinding %s: want one ServiceAccount of this namespace and one Role", name)
				continue
			}
			bound[binding.Subjects[0].Name] = true
		case "SecretStore":
			// External Secrets asks for a token of this account, in the name of the store.
			stores = append(stores, vouchedFor(object.Object)...)
		case "ServiceAccount":
			accounts[name] = true
			if token, _ := object.Object["automountServiceAccountToken"].(bool); token || object.Object["automountServiceAccountToken"] == nil {
				complain("ServiceAccount %s: whoever has it gets its token without asking", name)
			}
		}
	}
	pods := p.pods
	for _, name := range slices.Sorted(maps.Keys(pods)) {
		pod := pods[name].Spec
		delete(accounts, pod.ServiceAccountName)
		token := pod.AutomountServiceAccountToken
		if token == nil || *token != bound[pod.ServiceAccountName] {
			complain("%s: it gets a token if and only if its account has a Role", name)
		}
	}
	for _, account := range stores {
		delete(accounts, account)
	}
	for account := range accounts {
		complain("no pod has the ServiceAccount %s", account)
	}
	return wrong
}

// vouchedFor are the accounts that an object of External Secrets refers to,
// wherever its provider wants them named.
func vouchedFor(object map[string]any) []string {
	var names []string
	for key, value := range object {
		inner, isMap := value.(map[string]any)
		if !isMap {
			continue
		}
		if name, isText := inner["name"].(string); isText && key == "serviceAccountRef" {
			names = append(names, name)
		}
		names = append(names, vouchedFor(inner)...)
	}
	return names
}

// granted are a Role's rules as reviewed writes them; other API groups than
// the core and restrictions by name are told too.
func granted(role rbacv1.Role) string {
	var parts []string
	for _, rule := range role.Rules {
		for _, resource := range rule.Resources {
			for _, group := range rule.APIGroups {
				if group != "" {
					resource += "." + group
				}
			}
			if len(rule.ResourceNames) > 0 {
				resource += "=" + strings.Join(rule.ResourceNames, ",")
			}
			parts = append(parts, resource+" "+strings.Join(rule.Verbs, " "))
		}
	}
	return strings.Join(parts, "; ")
}

// restricted asks Kubernetes' own evaluator whether a namespace that enforces
// Pod Security "restricted" takes every pod, of executors and tasks too.
func restricted(t *testing.T, all []platform) {
	t.Helper()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	level := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	kinds := map[string]bool{}
	for _, p := range all {
		for name, pod := range p.pods {
			kinds[name] = true
			for _, result := range evaluator.EvaluatePod(level, &pod.ObjectMeta, &pod.Spec) {
				if !result.Allowed {
					t.Errorf("%s: %s: %s (%s)", p.Name, name, result.ForbiddenReason, result.ForbiddenDetail)
				}
			}
		}
	}
	if !kinds["spark-41-executor"] || !kinds["airflow-worker"] || len(kinds) < 15 {
		t.Errorf("executors or tasks are not among the %d kinds of pods", len(kinds))
	}
}
