package deploy

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/render"
)

// Options is one piece of work of the engine.
type Options struct {
	Plan     plan.Plan
	Cluster  *kube.Cluster
	StateDir string        // keeps the journal; empty keeps none
	Parallel int           // steps that write at the same time; 0 means 4
	Holder   string        // this installer, for whoever finds its lock
	Timeout  time.Duration // how long one step may take to become ready; 0 means 10 min
	Stubborn time.Duration // how long errors that may mend themselves are tried again; 0 means 2 min
	Charts   render.Charts // archives of the plan's upstream charts
	Adopt    bool          // take over objects whose release record is gone
	Purge    bool          // uninstall: delete volumes, generated passwords and the namespace too
	// PurgeCRDs has an uninstall delete the CRDs too, and with them what
	// anybody has made of their kinds.
	PurgeCRDs bool
	Debug     io.Writer // what Helm logs; nil drops it
}

// The labels by which everything of a platform is known.
const (
	platformLabel = plan.PlatformLabel
	managerLabel  = "app.kubernetes.io/managed-by"
	partOfLabel   = "app.kubernetes.io/part-of"
	manager       = "sparkwiz"
)

func ours(platform string) map[string]string {
	return map[string]string{platformLabel: platform, managerLabel: manager, partOfLabel: manager}
}

// World is the cluster as the steps reach it.
type World struct {
	Options
	plain   *kube.Cluster // for the lease, whose own renewal no fence may stop
	version string        // of the API server
	getter  *kube.Getter
	dynamic dynamic.Interface
	lives   *lives
	renders *render.Cache
	coming  map[schema.GroupKind]promise // kinds that the plan's own CRDs will serve
	fence   *fence
	before  map[types.UID]string // versions of the events and pods that were there before this run
}

// in is the look at one namespace.
func (w *World) in(namespace string) *live { return w.lives.in(namespace) }

// open prepares the calls to the cluster and makes the first, which tells
// whether there is one.
func open(ctx context.Context, o Options) (*World, error) {
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.Stubborn <= 0 {
		o.Stubborn = 2 * time.Minute
	}
	if o.Debug == nil {
		o.Debug = io.Discard
	}
	w := &World{Options: o, plain: o.Cluster, renders: &render.Cache{Charts: o.Charts}, fence: &fence{}}
	var err error
	if w.version, err = o.Cluster.Version(ctx); err != nil {
		return nil, err
	}
	if w.Cluster, err = o.Cluster.Through(w.fence.around); err != nil {
		return nil, err
	}
	if w.dynamic, err = dynamic.NewForConfig(w.Cluster.Config); err != nil {
		return nil, err
	}
	w.getter = w.Cluster.Getter(o.Plan.Namespace)
	mapper, err := w.getter.ToRESTMapper()
	if err != nil {
		return nil, err
	}
	w.lives = &lives{client: w.dynamic, mapper: mapper}
	return w, nil
}

// remember notes which events and pods were there before anything was
// written: what they tell of may be over. Without the right to list them, all
// count as new.
func (w *World) remember(ctx context.Context) {
	w.before = map[types.UID]string{}
	for _, namespace := range w.Plan.Namespaces() {
		for resource, selector := range map[string]string{"events": "", "pods": notExecutors} {
			list, err := w.in(namespace).list(ctx, core(resource), selector)
			if err != nil {
				fmt.Fprintln(w.Debug, "remember:", err)
			}
			for _, o := range list {
				w.before[o.GetUID()] = o.GetResourceVersion()
			}
		}
	}
}

// old reports whether an event has not happened again since this run began.
// Versions tell, not times: the cluster's clock is not ours.
func (w *World) old(e corev1.Event) bool { return w.before[e.UID] == e.ResourceVersion }

// inherited reports whether a pod is older than this run.
func (w *World) inherited(p corev1.Pod) bool { return w.before[p.UID] != "" }

// fence refuses writes once the lock may be somebody else's. It stands in the
// transport, so that nothing gets around it, Helm included.
type fence struct {
	check atomic.Pointer[func() error] // nil before there is a lock
}

func (f *fence) around(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		if check := f.check.Load(); check != nil && r.Method != http.MethodGet {
			if err := (*check)(); err != nil {
				return nil, err
			}
		}
		return next.RoundTrip(r)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
