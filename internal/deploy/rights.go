package deploy

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// right is one verb on one resource of a namespace, or of the whole cluster.
type right struct{ namespace, group, resource, sub, verb string }

// rights asks the API server whether this account may do all that the plan
// needs, and prints what is missing as Roles to apply. Only a plan with
// upstream charts needs any right outside its namespace.
func (e *engine) rights(ctx context.Context, changing []found) error {
	wanted, err := e.wanted(changing)
	if err != nil {
		return err
	}
	if wanted, err = e.except(ctx, wanted); err != nil {
		return e.Cluster.Trouble(err)
	}
	allowed := make([]bool, len(wanted))
	err = each(len(wanted), func(i int) (err error) {
		allowed[i], err = e.may(ctx, wanted[i])
		return err
	})
	if err != nil {
		return e.Cluster.Trouble(err)
	}
	var missing []right
	for i, r := range wanted {
		if !allowed[i] {
			missing = append(missing, r)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	where := "in the whole cluster"
	if missing[0].namespace != "" {
		where = "in namespace " + missing[0].namespace
	}
	what := fmt.Sprintf("your account lacks %d rights that the install needs, e.g. to %s %s %s", len(missing), missing[0].verb, missing[0].resource, where)
	return fault.New(fault.Denied, what, roles(e.whoami(ctx), missing))
}

// except leaves out what an administrator of a namespace, or of all, may do
// anyway: one question instead of a hundred.
func (e *engine) except(ctx context.Context, wanted []right) ([]right, error) {
	everything := map[string]bool{}
	for _, r := range wanted {
		if _, asked := everything[r.namespace]; asked {
			continue
		}
		var err error
		if everything[r.namespace], err = e.may(ctx, right{namespace: r.namespace, verb: "*", group: "*", resource: "*"}); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(wanted, func(r right) bool { return everything[r.namespace] }), nil
}

func (e *engine) may(ctx context.Context, r right) (bool, error) {
	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
		ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: r.namespace, Verb: r.verb, Group: r.group, Resource: r.resource, Subresource: r.sub},
	}}
	answer, err := e.Cluster.Client.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, review, metav1.CreateOptions{})
	if err != nil {
		return false, err
	}
	return answer.Status.Allowed, nil
}

// ledger gathers rights, each once.
type ledger map[right]bool

// in notes rights in one namespace; an empty one is the whole cluster.
func (l ledger) in(namespace string) func(group, resource string, verbs ...string) {
	return func(group, resource string, verbs ...string) {
		resource, sub, _ := strings.Cut(resource, "/")
		for _, v := range verbs {
			l[right{namespace, group, resource, sub, v}] = true
		}
	}
}

// wanted derives the rights from what would be written, and adds what the
// engine itself reads and keeps.
func (e *engine) wanted(changing []found) ([]right, error) {
	all := ledger{}
	home, cluster := all.in(e.Plan.Namespace), all.in("")
	home("", "namespaces", "get")
	home("", "configmaps", "create", "update")
	home("coordination.k8s.io", "leases", "get", "create", "update")
	looks(home)
	for _, f := range changing {
		switch s := f.step.(type) {
		case namespaceStep:
			here := home
			if s.home != "" {
				here = cluster
				cluster("", "namespaces", "get")
			}
			switch f.State {
			case Absent, Pending:
				here("", "namespaces", "create")
			case Drifted:
				here("", "namespaces", "patch")
			}
		case definitionStep:
			cluster(definitions().Group, definitions().Resource, "get", "create", "patch")
		case gateStep:
			at, err := e.place((&object{Object: s.release.Upstream.Probe}).GroupVersionKind())
			if err != nil {
				return nil, err
			}
			home(at.resource.Group, at.resource.Resource, "create")
			cluster("", "namespaces", "get", "patch")
		case releaseStep:
			if err := e.writes(s, all); err != nil {
				return nil, err
			}
		}
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b right) int {
		return cmp.Or(cmp.Compare(a.namespace, b.namespace), cmp.Compare(a.group, b.group), cmp.Compare(a.resource, b.resource), cmp.Compare(a.sub, b.sub), cmp.Compare(a.verb, b.verb))
	}), nil
}

// looks are the rights without which nobody could say what a release waits
// for, or keep its record.
func looks(here func(group, resource string, verbs ...string)) {
	here("", "secrets", "get", "list", "create", "update", "patch", "delete")
	here("", "pods", "list", "delete")
	here("", "pods/log", "get")
	here("", "events", "list")
	here("", "persistentvolumeclaims", "list")
	here("apps", "replicasets", "list")
}

// writes adds what one release needs.
func (e *engine) writes(s releaseStep, all ledger) error {
	looks(all.in(s.release.Namespace))
	planned, err := s.planned(e.World)
	if err != nil {
		return err
	}
	hooks, err := s.hooks(e.World)
	if err != nil {
		return err
	}
	for i, o := range slices.Concat(hooks, planned) {
		at, err := e.place(o.GroupVersionKind())
		if err != nil {
			return err
		}
		where := ""
		if at.namespaced {
			where = cmp.Or(o.GetNamespace(), s.release.Namespace)
		}
		all.in(where)(at.resource.Group, at.resource.Resource, "get", "create", "patch", "delete")
		if where == s.release.Namespace {
			all.in(where)(at.resource.Group, at.resource.Resource, "list")
		}
		if i < len(hooks) {
			all.in(where)(at.resource.Group, at.resource.Resource, "list", "watch") // Helm waits for them.
		}
		if err := granted(o, all.in(where)); err != nil {
			return err
		}
	}
	return nil
}

// granted adds what a Role of the plan grants: nobody may give what they do
// not have.
func granted(o *object, add func(group, resource string, verbs ...string)) error {
	if o.GetKind() != "Role" && o.GetKind() != "ClusterRole" {
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
