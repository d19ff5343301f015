// Package fleetjob surveys the event logs of a bucket on the platform itself:
// an Indexed Job whose pods each read a shard, and a Job that merges what they
// wrote.
package fleetjob

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/fleet"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/survey"
)

// Options are what a survey is told.
type Options struct {
	Image    string   // of sparkwiz, without a registry: sparkwiz/sparkwiz:0.1.0
	Logs     string   // address of the bucket and the directory of the logs
	Results  string   // address of the directory for rows and the table
	Settings []string // flags for the worker that change rows, such as --cloud=gcp
	Shards   int
	Parallel int  // shards at a time
	Keep     bool // leave the Jobs and their pods
}

// Most is how many rows come back at most; the table in the bucket has all.
const Most = 5000

// pace is the time between two looks.
const pace = time.Second

// Run surveys the logs and returns the table. It joins a survey of the same
// logs that is under way. When ctx ends, the Job goes on; the same call joins
// it. An error of kind fault.Partial comes with the table of what was read.
func Run(ctx context.Context, c *kube.Cluster, p plan.Plan, o Options, observe progress.Observer) (fleet.Table, error) {
	s, err := storeOf(p)
	if err == nil {
		err = o.check(s)
	}
	if err != nil {
		return fleet.Table{}, err
	}
	r := &run{c: c, p: p, o: o, store: s, observe: observe}
	t, err := r.all(ctx)
	if ctx.Err() != nil {
		return t, fault.New(fault.Interrupted, fmt.Sprintf("interrupted; the job %s goes on in the cluster, and the same command joins it", o.name()),
			r.kubectl("delete job "+o.name()+"   # ends it; rows that were written stay"))
	}
	return t, r.trouble(err)
}

// check wants addresses that the platform's keys are for.
func (o Options) check(s store) error {
	for flag, address := range map[string]string{"--fleet": o.Logs, "--results": o.Results} {
		scheme, _, _ := strings.Cut(address, "://")
		known := s.schemes()
		if scheme != known[0] && scheme != known[1%len(known)] {
			return fault.New(fault.Usage, fmt.Sprintf("%s %s: the bucket of this platform is %s://%s", flag, address, known[0], s.text("store", "bucket")),
				fmt.Sprintf("sparkwiz size --fleet %s://%s/spark-events", known[0], s.text("store", "bucket")))
		}
	}
	return nil
}

// name is that of the Job: the same question has the same name, so that asking
// again finds the work that is under way.
func (o Options) name() string {
	sum := sha256.Sum256([]byte(strings.Join(append([]string{o.Image, o.Logs, o.Results}, o.Settings...), "\x00")))
	return app + "-" + hex.EncodeToString(sum[:4])
}

// run is one call of Run.
type run struct {
	c       *kube.Cluster
	p       plan.Plan
	o       Options
	store   store
	observe progress.Observer
	said    progress.Event
	failed  map[string]bool // pods whose failure was told
	joined  bool
}

func (r *run) all(ctx context.Context) (fleet.Table, error) {
	job, err := r.create(ctx, r.o.job(r.p, r.store), true)
	if err != nil {
		return fleet.Table{}, err
	}
	job, err = r.follow(ctx, job, "shards", "Read the logs")
	if err != nil {
		if ctx.Err() == nil && job != nil && !r.joined && !r.o.Keep {
			_ = r.remove(ctx, r.o.name())
		}
		return fleet.Table{}, err
	}
	short := r.short(ctx, job)
	if condition(job, batchv1.JobFailed).Reason == batchv1.JobReasonPodFailurePolicy {
		return fleet.Table{}, r.end(ctx, short)
	}
	t, err := r.merged(ctx)
	if ctx.Err() != nil {
		return t, ctx.Err()
	}
	return t, r.end(ctx, cmp.Or(err, short))
}

// merged runs the Job that merges and reads what it printed.
func (r *run) merged(ctx context.Context) (fleet.Table, error) {
	job, err := r.create(ctx, r.o.merge(r.p, r.store), false)
	if err != nil {
		return fleet.Table{}, err
	}
	if job, err = r.follow(ctx, job, "merge", "Merge the rows"); err != nil {
		return fleet.Table{}, err
	}
	pods, err := r.pods(ctx, job.Name)
	if err != nil {
		return fleet.Table{}, err
	}
	i := slices.IndexFunc(pods, func(pod corev1.Pod) bool { return pod.Status.Phase == corev1.PodSucceeded })
	if i < 0 {
		return fleet.Table{}, r.why(ctx, job, "the rows could not be merged", fault.Failed)
	}
	text, err := r.log(ctx, pods[i].Name, &corev1.PodLogOptions{})
	if err != nil {
		return fleet.Table{}, r.unseen(r.c.Trouble(err))
	}
	t, err := survey.Receive(text)
	if err != nil {
		return fleet.Table{}, r.unseen(err)
	}
	return t, nil
}

// unseen is the error of a table that was made and did not come.
func (r *run) unseen(err error) error {
	return fault.Wrap(err, fault.KindOf(err), "the table cannot be shown; it is in "+r.o.Results+"/"+survey.Table, "")
}

// short says which shards were not read, if some were not.
func (r *run) short(ctx context.Context, job *batchv1.Job) error {
	if condition(job, batchv1.JobFailed).Status != corev1.ConditionTrue {
		return nil
	}
	which := "shards"
	if job.Status.FailedIndexes != nil && *job.Status.FailedIndexes != "" {
		which = "shards " + *job.Status.FailedIndexes
	}
	return r.why(ctx, job, fmt.Sprintf("%s of %d were given up", which, *job.Spec.Completions), fault.Partial)
}

// why adds the last words of a pod that failed.
func (r *run) why(ctx context.Context, job *batchv1.Job, what string, kind fault.Kind) error {
	if why := condition(job, batchv1.JobFailed); why.Message != "" {
		what += ": " + why.Message
	}
	if pods, err := r.pods(ctx, job.Name); err == nil {
		for _, pod := range pods {
			if pod.Status.Phase != corev1.PodFailed {
				continue
			}
			text, err := r.log(ctx, pod.Name, &corev1.PodLogOptions{TailLines: new(int64(5)), LimitBytes: new(int64(4096))})
			if err == nil && len(text) > 0 {
				what += "\n" + strings.TrimSpace(strings.ToValidUTF8(string(text), ""))
				break
			}
		}
	}
	return fault.New(kind, what, "the same command reads what is missing, and nothing else")
}

// end takes the Jobs away. A survey that was merged needs them no longer: all
// that it found is in the bucket.
func (r *run) end(ctx context.Context, err error) error {
	if r.o.Keep {
		return err
	}
	for _, name := range []string{r.o.name() + "-merge", r.o.name()} {
		if gone := r.remove(ctx, name); gone != nil && err == nil {
			err = gone
		}
	}
	return err
}

func (r *run) trouble(err error) error {
	if err != nil && apierrors.IsNotFound(err) {
		return fault.Wrap(err, fault.Failed, fmt.Sprintf("the platform is not installed, or somebody deleted the job: %s, namespace %q", r.c.Context, r.p.Namespace), "sparkwiz apply")
	}
	return r.c.Trouble(err)
}

func (r *run) kubectl(args string) string {
	return fmt.Sprintf("kubectl --context=%s -n %s %s", r.p.Context, r.p.Namespace, args)
}
