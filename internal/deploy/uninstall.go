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
// of the install, and nothing else. Volumes and generated passwords stay and
// are named in left, unless Options.Purge: with them a later apply brings the
// platform back as it was. Running it again goes on.
func Uninstall(ctx context.Context, o Options, observe progress.Observer) (left []string, err error) {
	w, err := open(ctx, o)
	if err != nil {
		return nil, err
	}
	e := newEngine(w, observe)
	defer func() { e.end(err) }()
	space := namespaceStep{name: o.Plan.Namespace, platform: o.Plan.Name}
	at, err := space.Observe(ctx, w)
	switch {
	case err != nil:
		return nil, w.Cluster.Trouble(err)
	case at.State == Absent:
		return nil, nil
	case at.Fault != nil:
		return nil, at.Fault
	}
	if err := e.hold(ctx, space.Name()); err != nil {
		return nil, w.Cluster.Trouble(err)
	}
	releases, err := e.installed()
	if err != nil {
		return nil, w.Cluster.Trouble(err)
	}
	var tasks []task
	for _, name := range releases {
		e.tell(progress.Event{Step: releaseName(name), Title: e.titleOf(name), State: progress.Waiting})
		tasks = append(tasks, task{name: name, needs: e.dependants(name, releases), run: func(ctx context.Context) error { return e.remove(ctx, name) }})
	}
	endings := schedule(ctx, tasks, drain, func(name, because string) {
		e.tell(progress.Event{Step: releaseName(name), State: progress.Skipped, Reason: because + " could not be removed"})
	})
	if ctx.Err() != nil {
		return nil, fault.New(fault.Interrupted, "interrupted: the platform is partly removed", "sparkwiz uninstall   # goes on where this stopped")
	}
	if err := verdict(endings); err != nil {
		return nil, fault.Wrap(err, fault.Partial, "the platform is partly removed", "sparkwiz uninstall   # goes on where this stopped")
	}
	return e.leftovers(ctx, space)
}

// installed are the releases of this platform, those that others need last:
// also those that the plan has no longer.
func (e *engine) installed() ([]string, error) {
	h, err := e.helm()
	if err != nil {
		return nil, err
	}
	records, err := h.ofPlatform()
	if err != nil {
		return nil, err
	}
	for _, r := range slices.Backward(e.Plan.Releases) {
		if i := slices.Index(records, r.Name); i >= 0 {
			records = append(slices.Delete(records, i, i+1), r.Name)
		}
	}
	return records, nil
}

// dependants are the installed releases that must be gone before this one.
// Nobody knows what one outside the plan needs, so it goes first.
func (e *engine) dependants(name string, installed []string) []string {
	var first []string
	for _, other := range installed {
		i := slices.IndexFunc(e.Plan.Releases, func(r plan.Release) bool { return r.Name == other })
		planned := slices.ContainsFunc(e.Plan.Releases, func(r plan.Release) bool { return r.Name == name })
		if i < 0 && planned || i >= 0 && slices.Contains(e.Plan.Releases[i].Needs, name) {
			first = append(first, other)
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
// it: nobody can hold a lock on what is not there.
func (e *engine) deleteRecords(ctx context.Context) error {
	e.forgotten = true
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
