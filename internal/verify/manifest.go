package verify

import (
	"embed"
	"fmt"
	"slices"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// scripts are the clients, and proofkit.py, which they share.
//
//go:embed scripts/*.py
var scripts embed.FS

// app is the value of app.kubernetes.io/name on everything the proof makes,
// and the beginning of its objects' names.
const app = "sparkwiz-verify"

// A run gives up after limit. The Job's own deadline is later: it only
// matters when sparkwiz was killed and nobody else ends the client.
const (
	limit       = 10 * time.Minute
	jobDeadline = 15 * time.Minute
	jobKept     = 5 * time.Minute
)

// objects are what one run makes, all under one name. The Job comes first
// and suspended, and owns the others: whenever sparkwiz is killed, the
// cluster removes all of them with the Job.
type objects struct {
	job    *batchv1.Job
	script *corev1.ConfigMap
	policy *networkingv1.NetworkPolicy
}

func (c claim) manifests(p plan.Plan, name string) (objects, error) {
	files := map[string]string{}
	for _, file := range []string{"proofkit.py", c.script} {
		text, err := scripts.ReadFile("scripts/" + file)
		if err != nil {
			return objects{}, err
		}
		files[file] = string(text)
	}
	meta := metav1.ObjectMeta{Name: name, Namespace: p.Namespace, Labels: labels()}
	return objects{
		job: &batchv1.Job{ObjectMeta: meta, Spec: batchv1.JobSpec{
			Suspend:                 new(true),
			BackoffLimit:            new(int32(0)),
			ActiveDeadlineSeconds:   new(int64(jobDeadline.Seconds())),
			TTLSecondsAfterFinished: new(int32(jobKept.Seconds())),
			Template:                corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: c.podLabels()}, Spec: c.pod(p, name)},
		}},
		script: &corev1.ConfigMap{ObjectMeta: meta, Data: files},
		policy: &networkingv1.NetworkPolicy{ObjectMeta: meta, Spec: c.traffic(p)},
	}, nil
}

func labels() map[string]string {
	return map[string]string{
		"app.kubernetes.io/name":       app,
		"app.kubernetes.io/component":  "proof",
		"app.kubernetes.io/part-of":    "sparkwiz",
		"app.kubernetes.io/managed-by": "sparkwiz",
	}
}

// podLabels let the client through the policies of the platform.
func (c claim) podLabels() map[string]string {
	l := labels()
	for _, of := range c.clientOf {
		l["sparkwiz.dev/"+of+"-client"] = "true"
	}
	return l
}

// pod is the client: one of the platform's own images, as Pod Security
// "restricted" wants it, without a token for the API server.
func (c claim) pod(p plan.Plan, configMap string) corev1.PodSpec {
	memory := func(text string) corev1.ResourceList {
		return corev1.ResourceList{corev1.ResourceMemory: resource.MustParse(text)}
	}
	requests := memory("256Mi")
	requests[corev1.ResourceCPU] = resource.MustParse("100m")
	mounts, volumes := c.files(configMap)
	return corev1.PodSpec{
		RestartPolicy:                 corev1.RestartPolicyNever,
		TerminationGracePeriodSeconds: new(int64(15)),
		AutomountServiceAccountToken:  new(false),
		EnableServiceLinks:            new(false),
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot: new(true), RunAsUser: new(c.user), RunAsGroup: new(c.user), FSGroup: new(c.user),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		Containers: []corev1.Container{{
			Name:            "proof",
			Image:           c.image(p),
			ImagePullPolicy: corev1.PullIfNotPresent,
			Command:         slices.Concat([]string{"python3", "/proof/" + c.script}, c.arguments(p), c.stepNames(p)),
			Env: append([]corev1.EnvVar{
				{Name: "HOME", Value: "/tmp"},
				{Name: "PYTHONDONTWRITEBYTECODE", Value: "1"},
				{Name: "PYTHONUNBUFFERED", Value: "1"},
			}, c.environment(p)...),
			Resources: corev1.ResourceRequirements{Requests: requests, Limits: memory(c.memory)},
			SecurityContext: &corev1.SecurityContext{
				AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true),
				Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			},
			VolumeMounts: mounts,
		}},
		Volumes: volumes,
	}
}

// files are the script, a directory to write to, and what the claim looks at.
func (c claim) files(script string) ([]corev1.VolumeMount, []corev1.Volume) {
	of := func(volume, configMap string) corev1.Volume {
		return corev1.Volume{Name: volume, VolumeSource: corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: configMap},
		}}}
	}
	mounts := []corev1.VolumeMount{{Name: "proof", MountPath: "/proof", ReadOnly: true}, {Name: "tmp", MountPath: "/tmp"}}
	volumes := []corev1.Volume{of("proof", script), {
		Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{SizeLimit: new(resource.MustParse("64Mi"))}},
	}}
	for i, m := range c.mounts {
		name := fmt.Sprintf("platform-%d", i)
		mounts = append(mounts, corev1.VolumeMount{Name: name, MountPath: m.at, SubPath: m.key, ReadOnly: true})
		volumes = append(volumes, of(name, m.configMap))
	}
	return mounts, volumes
}

// stepNames are what the script is told to do.
func (c claim) stepNames(p plan.Plan) []string {
	var names []string
	for _, s := range c.chosen(p) {
		names = append(names, s.name)
	}
	return names
}

// traffic lets the client reach the cluster's DNS and what it proves, and lets
// nobody reach the client.
func (c claim) traffic(p plan.Plan) networkingv1.NetworkPolicySpec {
	port := func(protocol corev1.Protocol, number int32) networkingv1.NetworkPolicyPort {
		return networkingv1.NetworkPolicyPort{Protocol: &protocol, Port: new(intstr.FromInt32(number))}
	}
	egress := []networkingv1.NetworkPolicyEgressRule{{
		Ports: []networkingv1.NetworkPolicyPort{port(corev1.ProtocolUDP, 53), port(corev1.ProtocolTCP, 53)},
	}}
	for _, to := range c.reaches(p) {
		selector := map[string]string{"app.kubernetes.io/name": to.name, "app.kubernetes.io/instance": to.instance}
		egress = append(egress, networkingv1.NetworkPolicyEgressRule{
			To:    []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{MatchLabels: selector}}},
			Ports: []networkingv1.NetworkPolicyPort{port(corev1.ProtocolTCP, to.port)},
		})
	}
	return networkingv1.NetworkPolicySpec{
		PodSelector: metav1.LabelSelector{MatchLabels: map[string]string{"app.kubernetes.io/name": app}},
		PolicyTypes: []networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress},
		Egress:      egress,
	}
}
