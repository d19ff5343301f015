package deploy

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// right is one verb on one resource of the platform's namespace.
type right struct{ verb, group, resource, sub string }

// rights asks the API server whether this account may do all that the plan
// needs, and prints what is missing as a Role to apply.
func (e *engine) rights(ctx context.Context, changing []found) error {
	if everything, err := e.may(ctx, right{verb: "*", group: "*", resource: "*"}); err != nil || everything {
		return e.Cluster.Trouble(err)
	}
	wanted, err := e.wanted(changing)
	if err != nil {
		return err
	}
	allowed, failed := make([]bool, len(wanted)), make([]error, len(wanted))
	slots := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for i, r := range wanted {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			allowed[i], failed[i] = e.may(ctx, r)
		})
	}
	wg.Wait()
	var missing []right
	for i, r := range wanted {
		if failed[i] != nil {
			return e.Cluster.Trouble(failed[i])
		}
		if !allowed[i] {
			missing = append(missing, r)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	what := fmt.Sprintf("your account lacks %d rights in namespace %s that the install needs, e.g. to %s %s",
		len(missing), e.Plan.Namespace, missing[0].verb, missing[0].resource)
	return fault.New(fault.Denied, what, role(e.Plan.Namespace, e.whoami(ctx), missing))
}

func (e *engine) may(ctx context.Context, r right) (bool, error) {
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
		ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: e.Plan.Namespace, Verb: r.verb, Group: r.group, Resource: r.resource, Subresource: r.sub},
	}}
	answer, err := e.Cluster.Client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return false, err
	}
	return answer.Status.Allowed, nil
}

// wanted derives the rights from what would be written, and adds what the
// engine itself reads and keeps.
func (e *engine) wanted(changing []found) ([]right, error) {
	all := map[right]bool{}
	add := func(group, resource string, verbs ...string) {
		resource, sub, _ := strings.Cut(resource, "/")
		for _, v := range verbs {
			all[right{v, group, resource, sub}] = true
		}
	}
	add("", "namespaces", "get")
	add("", "secrets", "get", "list", "create", "update", "patch", "delete")
	add("", "configmaps", "create", "update")
	add("coordination.k8s.io", "leases", "get", "create", "update")
	add("", "pods", "list", "delete")
	add("", "pods/log", "get")
	add("", "events", "list")
	add("", "persistentvolumeclaims", "list")
	add("apps", "replicasets", "list")
	for _, f := range changing {
		switch s := f.step.(type) {
		case namespaceStep:
			switch f.State {
			case Absent, Pending:
				add("", "namespaces", "create")
			case Drifted:
				add("", "namespaces", "patch")
			}
		case releaseStep:
			planned, err := s.planned(e.World)
			if err != nil {
				return nil, err
			}
			for _, o := range planned {
				mapping, err := e.live.mapper.RESTMapping(o.GroupVersionKind().GroupKind(), o.GroupVersionKind().Version)
				if err != nil {
					return nil, err
				}
				add(mapping.Resource.Group, mapping.Resource.Resource, "get", "list", "create", "patch", "delete")
				if err := granted(o, add); err != nil {
					return nil, err
				}
			}
		}
	}
	var list []right
	for r := range all {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b right) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.resource, b.resource), cmp.Compare(a.sub, b.sub), cmp.Compare(a.verb, b.verb))
	})
	return list, nil
}

// granted adds what a Role of the plan grants: nobody may give what they do
// not have.
func granted(o *object, add func(group, resource string, verbs ...string)) error {
	if o.GetKind() != "Role" {
		return nil
	}
	var role rbacv1.Role
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &role); err != nil {
		return err
	}
	for _, rule := range role.Rules {
		for _, group := range rule.APIGroups {
			for _, resource := range rule.Resources {
				add(group, resource, rule.Verbs...)
			}
		}
	}
	return nil
}

// whoami is the name that a RoleBinding needs.
func (e *engine) whoami(ctx context.Context) string {
	me, err := e.Cluster.Client.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
	if err != nil {
		return "YOUR-USER"
	}
	return me.Status.UserInfo.Username
}

// role writes what an administrator applies. The right to make the namespace
// is none of a namespace; it gets its own line.
func role(namespace, user string, missing []right) string {
	var lines, rules []string
	verbs := map[string][]string{}
	for _, r := range missing {
		if r.resource == "namespaces" && r.verb == "create" {
			lines = append(lines, fmt.Sprintf("kubectl create namespace %s   # by an administrator; then run this again", namespace))
			continue
		}
		resource := r.resource
		if r.sub != "" {
			resource += "/" + r.sub
		}
		rule := fmt.Sprintf("{apiGroups: [%q], resources: [%q], verbs: [", r.group, resource)
		if _, ok := verbs[rule]; !ok {
			rules = append(rules, rule)
		}
		verbs[rule] = append(verbs[rule], r.verb)
	}
	if len(rules) == 0 {
		return strings.Join(lines, "\n")
	}
	lines = append(lines, "kubectl apply -f - <<'EOF'   # by an administrator",
		"apiVersion: rbac.authorization.k8s.io/v1", "kind: Role",
		fmt.Sprintf("metadata: {name: sparkwiz-installer, namespace: %s}", namespace), "rules:")
	for _, rule := range rules {
		lines = append(lines, "- "+rule+strings.Join(verbs[rule], ", ")+"]}")
	}
	lines = append(lines, "---", "apiVersion: rbac.authorization.k8s.io/v1", "kind: RoleBinding",
		fmt.Sprintf("metadata: {name: sparkwiz-installer, namespace: %s}", namespace),
		"roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: sparkwiz-installer}",
		fmt.Sprintf("subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: %q}]", user), "EOF")
	return strings.Join(lines, "\n")
}
