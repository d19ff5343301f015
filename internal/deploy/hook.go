package deploy

import (
	"context"
	"errors"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// hooks are the objects of the chart's hooks.
func (s releaseStep) hooks(w *World) ([]*object, error) {
	rendered, err := w.renders.Render(s.release, w.version)
	if err != nil {
		return nil, err
	}
	return objects(rendered.Hooks)
}

func unknownKind(err error) bool {
	return meta.IsNoMatchError(err) || strings.Contains(err.Error(), "no matches for kind")
}

// hooked adds to an error of Helm's what it leaves out. A hook that failed is
// a Job that nobody names; and a kind that nobody knows may have come a moment
// ago.
func (s releaseStep) hooked(ctx context.Context, w *World, err error) error {
	switch {
	case err == nil, s.release.Upstream == nil:
		return err
	case unknownKind(err):
		w.getter.Reset()
		return err
	case transient(err), !strings.Contains(err.Error(), "-install") && !strings.Contains(err.Error(), "-upgrade"):
		return err // Helm names the event in what it says of a hook.
	}
	hooks, failed := s.hooks(w)
	if failed != nil {
		return errors.Join(err, failed)
	}
	w.lives.stale()
	var jobs []*object
	for _, o := range hooks {
		if o.GetKind() != "Job" {
			continue
		}
		if found, failed := w.in(s.release.Namespace).find(ctx, refOf(o)); failed == nil && found != nil {
			jobs = append(jobs, found)
		}
	}
	v, failed := look(ctx, w, s.release.Namespace, jobs)
	if failed != nil || len(jobs) == 0 {
		return err
	}
	var troubles []Trouble
	for _, o := range jobs {
		if done, trouble, failed := job(o, Trouble{Object: refOf(o).String()}); failed == nil && !done {
			troubles = append(troubles, v.witness(trouble))
		}
	}
	troubles = worstFirst(append(v.troubles(), troubles...))
	if len(troubles) == 0 {
		return err
	}
	because := s.Explain(ctx, w, Readiness{Troubles: troubles})
	return fault.Wrap(err, fault.Failed, because.What, because.Hint)
}
