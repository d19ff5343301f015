package fleetjob

import (
	"slices"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// app is the value of app.kubernetes.io/name on everything a survey makes, and
// the beginning of its objects' names.
const app = "sparkwiz-fleet"

// retries of a shard, which do not count against the others'.
const retries = 3

// kept is how long the cluster keeps a Job that has ended and that nobody
// took away; deadline is when the merge gives up.
const (
	kept     = 24 * time.Hour
	deadline = 30 * time.Minute
)

// Exit codes of the worker after which trying again cannot help: what was asked
// is wrong, or the keys are.
const (
	exitUsage  = 2
	exitDenied = 4
)

// job is the survey: a shard is an index of the Job.
func (o Options) job(p plan.Plan, s store) *batchv1.Job {
	shards := int32(o.Shards) //nolint:gosec // The command line allows 10,000.
	args := append(o.worker(s), "--shards="+strconv.Itoa(o.Shards))
	j := o.base(p, s, o.name(), "shard", args)
	j.Spec.CompletionMode = new(batchv1.IndexedCompletion)
	j.Spec.Completions = &shards
	j.Spec.Parallelism = new(min(shards, int32(o.Parallel))) //nolint:gosec // as above
	j.Spec.BackoffLimitPerIndex = new(int32(retries))
	return j
}

// merge is the Job that makes the table of the rows.
func (o Options) merge(p plan.Plan, s store) *batchv1.Job {
	j := o.base(p, s, o.name()+"-merge", "merge", append(o.worker(s), "--merge"))
	j.Spec.Completions, j.Spec.Parallelism = new(int32(1)), new(int32(1))
	j.Spec.BackoffLimit = new(int32(retries))
	j.Spec.ActiveDeadlineSeconds = new(int64(deadline.Seconds()))
	return j
}

func (o Options) worker(s store) []string {
	return slices.Concat([]string{"fleet-worker", o.Logs + s.query(), "--results=" + o.Results + s.query()}, o.Settings)
}

func (o Options) base(p plan.Plan, s store, name, component string, args []string) *batchv1.Job {
	return &batchv1.Job{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: p.Namespace, Labels: o.labels(component)},
		Spec: batchv1.JobSpec{
			Suspend:                 new(true), // until its NetworkPolicy is there
			TTLSecondsAfterFinished: new(int32(kept.Seconds())),
			PodFailurePolicy: &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{
				// A node that is drained, or a spot node that goes, is not the shard's fault.
				{Action: batchv1.PodFailurePolicyActionIgnore, OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{
					{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue},
				}},
				{Action: batchv1.PodFailurePolicyActionFailJob, OnExitCodes: &batchv1.PodFailurePolicyOnExitCodesRequirement{
					Operator: batchv1.PodFailurePolicyOnExitCodesOpIn, Values: []int32{exitUsage, exitDenied},
				}},
			}},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: o.podLabels(component)}, Spec: o.pod(p, s, args)},
		},
	}
}

// labels name the survey by its instance: the NetworkPolicy is for all its pods.
func (o Options) labels(component string) map[string]string {
	return map[string]string{
		"app.kubernetes.io/name":       app,
		"app.kubernetes.io/instance":   o.name(),
		"app.kubernetes.io/component":  component,
		"app.kubernetes.io/part-of":    "sparkwiz",
		"app.kubernetes.io/managed-by": "sparkwiz",
	}
}

// podLabels let the pods through the policy of the store.
func (o Options) podLabels(component string) map[string]string {
	l := o.labels(component)
	l["sparkwiz.dev/object-store-client"] = "true"
	return l
}

// pod is sparkwiz itself, as Pod Security "restricted" wants it, without a
// token for the API server.
func (o Options) pod(p plan.Plan, s store, args []string) corev1.PodSpec {
	const user = 65532 // of the image
	mounts, volumes := s.volume()
	return corev1.PodSpec{
		RestartPolicy:                corev1.RestartPolicyNever,
		AutomountServiceAccountToken: new(false),
		EnableServiceLinks:           new(false),
		// It writes a row when it has one, and nothing when it is told to end.
		TerminationGracePeriodSeconds: new(int64(5)),
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot: new(true), RunAsUser: new(int64(user)), RunAsGroup: new(int64(user)), FSGroup: new(int64(user)),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		Containers: []corev1.Container{{
			Name:            "worker",
			Image:           o.image(p),
			ImagePullPolicy: corev1.PullIfNotPresent,
			Command:         []string{"/usr/local/bin/sparkwiz"},
			Args:            args,
			// Two logs are read at a time. The collector of garbage works harder when the limit is near.
			Env: slices.Concat([]corev1.EnvVar{{Name: "HOME", Value: "/tmp"}, {Name: "GOMAXPROCS", Value: "2"}, {Name: "GOMEMLIMIT", Value: "900MiB"}}, s.environment()),
			Resources: corev1.ResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("200m"), corev1.ResourceMemory: resource.MustParse("256Mi")},
				Limits:   corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("1Gi")},
			},
			SecurityContext: &corev1.SecurityContext{
				AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true),
				Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			},
			VolumeMounts: mounts,
		}},
		Volumes: volumes,
	}
}

func (o Options) image(p plan.Plan) string {
	if p.Spec.Images.Registry != "" {
		return p.Spec.Images.Registry + "/" + o.Image
	}
	return "docker.io/" + o.Image
}

// policy lets the pods reach the cluster's DNS and the store, and lets nobody
// reach them.
func (o Options) policy(p plan.Plan, s store) *networkingv1.NetworkPolicy {
	dns := networkingv1.NetworkPolicyEgressRule{Ports: []networkingv1.NetworkPolicyPort{port(corev1.ProtocolUDP, 53), port(corev1.ProtocolTCP, 53)}}
	return &networkingv1.NetworkPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: o.name(), Namespace: p.Namespace, Labels: o.labels("policy")},
		Spec: networkingv1.NetworkPolicySpec{
			PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": app, "app.kubernetes.io/instance": o.name()}},
			PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
			Egress:      append([]networkingv1.NetworkPolicyEgressRule{dns}, s.egress(p.Spec.Storage.Mode == spec.InCluster)...),
		},
	}
}
