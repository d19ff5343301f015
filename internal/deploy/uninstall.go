package deploy

import (
	"context"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// Uninstall deletes what belongs to the plan's platform, in the opposite order
// of the install, and nothing else. Volumes, generated passwords and CRDs stay
// and are named in left, unless Options.Purge and PurgeCRDs: with them a later
// apply brings the platform back as it was. An operator that somebody else's
// objects need stays too. Running it again goes on.
func Uninstall(ctx context.Context, o Options, observe progress.Observer) (left []string, err error) {
	w, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	e := newEngine(w, observe)
	defer func() { e.end(err) }()
	home := namespaceStep{name: o.Plan.Namespace, platform: o.Plan.Name, level: restricted}
	at, err := home.Observe(ctx, w)
	switch {
	case err != nil:
		return nil, w.Cluster.Trouble(err)
	case at.State == Absent:
		return nil, nil
	case at.Fault != nil:
		return nil, at.Fault
	}
	if err := e.hold(ctx, home.Name()); err != nil {
		return nil, w.Cluster.Trouble(err)
	}
	there, err := e.inventory(ctx)
	if err != nil {
		return nil, w.Cluster.Trouble(err)
	}
	if there.blind && len(there.spaces) > 1 {
		return nil, fault.New(fault.Denied, "your account may not list CRDs, so who else needs the operators of this platform is unknown", "kubectl auth can-i list customresourcedefinitions")
	}
	endings := schedule(ctx, e.removal(there), drain, func(name, because string) {
		e.tell(progress.Event{Step: name, State: progress.Skipped, Reason: because + " could not be removed"})
	})
	if ctx.Err() != nil {
		return nil, fault.New(fault.Interrupted, "interrupted: the platform is partly removed", "sparkwiz uninstall   # goes on where this stopped")
	}
	if err := verdict(endings); err != nil {
		return nil, fault.Wrap(err, fault.Partial, "the platform is partly removed", "sparkwiz uninstall   # goes on where this stopped")
	}
	return e.leftovers(ctx, there)
}

// removal is everything that is taken down, each after what needs it.
func (e *engine) removal(there inventory) []task {
	var tasks []task
	add := func(name, title string, needs []string, run func(context.Context) error) {
		e.tell(progress.Event{Step: name, Title: title, State: progress.Waiting})
		tasks = append(tasks, task{name: name, needs: needs, run: run})
	}
	var own []string
	for _, r := range there.releases {
		if r.namespace == e.Plan.Namespace {
			own = append(own, releaseName(r.name))
		}
	}
	for _, r := range there.releases {
		if there.needed[r.name] != "" {
			continue
		}
		var needs []string
		for _, other := range e.dependants(r, there.releases) {
			needs = append(needs, releaseName(other))
		}
		if d, ok := there.definitions[r.name]; ok && e.PurgeCRDs {
			// The operator must still be there to let go of what it looks after.
			add(d.step(), "Objects of "+e.titleOf(r.name), own, func(ctx context.Context) error { return e.empty(ctx, d, there) })
			needs = append(needs, d.step())
		}
		add(releaseName(r.name), e.titleOf(r.name), needs, func(ctx context.Context) error { return e.remove(ctx, r) })
	}
	return tasks
}

// dependants are the installed releases that must be gone before this one.
// Nobody knows what one outside the plan needs, so it goes first; but an
// operator goes after everything that may need it.
func (e *engine) dependants(r installed, all []installed) []string {
	var first []string
	planned := func(name string) (plan.Release, bool) {
		i := slices.IndexFunc(e.Plan.Releases, func(p plan.Release) bool { return p.Name == name })
		if i < 0 {
			return plan.Release{}, false
		}
		return e.Plan.Releases[i], true
	}
	_, known := planned(r.name)
	for _, other := range all {
		p, listed := planned(other.name)
		operator, user := r.namespace != e.Plan.Namespace, other.namespace == e.Plan.Namespace
		switch {
		case other == r:
		case listed && slices.Contains(p.Needs, r.name),
			operator && user && !known,
			!listed && known && user:
			first = append(first, other.name)
		}
	}
	return first
}

func (e *engine) titleOf(name string) string {
	for _, r := range e.Plan.Releases {
		if r.Name == name {
			return r.Title
		}
	}
	return name
}

// deleteRecords deletes what the engine keeps for itself. The lease goes with
// it: nobody can hold a lock on what is not there, so the last write, that of
// the namespace, is not fenced either.
func (e *engine) deleteRecords(ctx context.Context) error {
	e.forgotten = true
	e.fence.check.Store(nil)
	err := e.Cluster.Client.CoreV1().ConfigMaps(e.Plan.Namespace).Delete(ctx, recordName(e.Plan.Name), metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return e.Cluster.Trouble(err)
	}
	err = e.Cluster.Client.CoordinationV1().Leases(e.Plan.Namespace).Delete(ctx, recordName(e.Plan.Name), metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return e.Cluster.Trouble(err)
	}
	return nil
}
