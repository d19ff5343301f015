package deploy

import (
	"fmt"
	"slices"
	"strings"
)

// roles writes what an administrator applies: a Role for each namespace, and a
// ClusterRole if the plan needs one. The right to make the platform's
// namespace is none of that namespace; it gets its own line.
func roles(user string, missing []right) string {
	var lines []string
	var namespaces []string
	rules := map[string][]string{} // by namespace
	verbs := map[string][]string{} // by namespace and rule
	for _, r := range missing {
		if r.resource == "namespaces" && r.verb == "create" && r.namespace != "" {
			lines = append(lines, fmt.Sprintf("kubectl create namespace %s   # by an administrator; then run this again", r.namespace))
			continue
		}
		resource := r.resource
		if r.sub != "" {
			resource += "/" + r.sub
		}
		rule := fmt.Sprintf("{apiGroups: [%q], resources: [%q], verbs: [", r.group, resource)
		if _, ok := verbs[r.namespace+rule]; !ok {
			rules[r.namespace] = append(rules[r.namespace], rule)
		}
		if !slices.Contains(namespaces, r.namespace) {
			namespaces = append(namespaces, r.namespace)
		}
		verbs[r.namespace+rule] = append(verbs[r.namespace+rule], fmt.Sprintf("%q", r.verb))
	}
	for _, namespace := range namespaces {
		kind, meta := "Role", fmt.Sprintf("{name: sparkwiz-installer, namespace: %s}", namespace)
		if namespace == "" {
			kind, meta = "ClusterRole", "{name: sparkwiz-installer}"
		}
		lines = append(lines, "kubectl apply -f - <<'EOF'   # by an administrator",
			"apiVersion: rbac.authorization.k8s.io/v1", "kind: "+kind, "metadata: "+meta, "rules:")
		for _, rule := range rules[namespace] {
			lines = append(lines, "- "+rule+strings.Join(verbs[namespace+rule], ", ")+"]}")
		}
		lines = append(lines, "---", "apiVersion: rbac.authorization.k8s.io/v1", "kind: "+kind+"Binding", "metadata: "+meta,
			fmt.Sprintf("roleRef: {apiGroup: rbac.authorization.k8s.io, kind: %s, name: sparkwiz-installer}", kind),
			fmt.Sprintf("subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: %q}]", user), "EOF")
	}
	return strings.Join(lines, "\n")
}
