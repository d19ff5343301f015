package deploy

import (
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func TestUnschedulable(t *testing.T) {
	for message, want := range map[string]string{
		"0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {spot: true}. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.": "0 of 3 nodes can take it: 1 × too little cpu free, 2 × not tolerated taint spot: true",
		"0/5 nodes are available: 1 node(s) were unschedulable, 1 Too many pods, 3 Insufficient nvidia.com/gpu.":                                                                      "0 of 5 nodes can take it: 1 × cordoned, 1 × full of pods, 3 × too little nvidia.com/gpu free",
		"0/1 nodes are available: 1 node(s) had untolerated taint(s).":                                                                                                                "0 of 1 nodes can take it: 1 × not tolerated taint",
		"0/2 nodes are available: 2 node(s) had volume node affinity conflict. no new claims to deallocate":                                                                           "0 of 2 nodes can take it: 2 × away from its volume",
		"no nodes available to schedule pods": "no nodes available to schedule pods",
	} {
		if got := unschedulable(message); got != want {
			t.Errorf("%s\n got: %s\nwant: %s", message, got, want)
		}
	}
}

func TestImageClasses(t *testing.T) {
	for message, want := range map[string]string{
		`rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nope:1": failed to resolve reference: docker.io/library/nope:1: not found`:        "(not found)",
		`failed to resolve reference "registry.local/x:1": failed to do request: Head "https://registry.local/v2/x/manifests/1": dial tcp: lookup registry.local: no such host`: "(DNS)",
		`failed to authorize: failed to fetch oauth token: unexpected status from GET request: 401 Unauthorized`:                                                                "(auth)",
		`pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`:                                  "wants a login",
		`Head "https://r:5000/v2/": tls: failed to verify certificate: x509: certificate signed by unknown authority`:                                                           "(TLS)",
		`http: server gave HTTP response to HTTPS client`: "(TLS)",
		`unexpected status code 429 Too Many Requests - Server message: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit`: "(rate limit)",
		`dial tcp 10.0.0.1:443: i/o timeout`:                                              "cannot be reached",
		`write /var/lib/containerd: no space left on device`:                              "disk is full",
		`couldn't parse image name "UPPER:1": invalid reference format`:                   "not valid",
		`ErrImageNeverPull: Container image "x" is not present with pull policy of Never`: "(not found)",
		`something nobody has seen`:                                                       "cannot be pulled",
	} {
		if got := classify(message).says; !strings.Contains(got, want) {
			t.Errorf("%s\n got: %s\nwant: %s", message, got, want)
		}
	}
}

func TestRefused(t *testing.T) {
	for message, want := range map[string]string{
		`pods "x-0" is forbidden: exceeded quota: small, requested: pods=1, used: pods=3, limited: pods=3`:                     "quota small allows pods=3, pods=3 is used, one more pod asks for pods=1",
		`pods "x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "c")`:   `break the namespace's Pod Security: "restricted:latest": allowPrivilegeEscalation != false (container "c")`,
		`Internal error occurred: failed calling webhook "v.example.com": failed to call webhook: connect: connection refused`: `webhook does not answer: "v.example.com"`,
		`pods "x" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi`:                                   "a LimitRange forbids their size: maximum memory usage per Container is 1Gi",
		`pods "x" is forbidden: error looking up service account default/y: serviceaccount "y" not found`:                      "may not make its pods",
	} {
		if got := refused("statefulset/x", "ns", message); !got.Fatal || got.After > 30*time.Second && !strings.Contains(message, "webhook") || !strings.Contains(got.String(), want) {
			t.Errorf("%s\n got: %s\nwant: %s", message, got, want)
		}
	}
}

// TestPods reads pods as the kubelet leaves them and wants the first trouble.
func TestPods(t *testing.T) {
	for _, c := range []struct {
		name, status, says string
		fatal              bool
		events             []corev1.Event
	}{
		{
			"no node", `{phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/1 nodes are available: 1 Insufficient memory."}]}`,
			"fits on no node: 0 of 1 nodes can take it: 1 × too little memory free", true, nil,
		},
		{
			"no node yet, one is coming", `{phase: Pending, conditions: [{type: PodScheduled, status: "False", reason: Unschedulable, message: "0/1 nodes are available: 1 Insufficient memory."}]}`,
			"waits for a new node: pod triggered scale-up", false,
			[]corev1.Event{event("TriggeredScaleUp", "pod triggered scale-up")},
		},
		{
			"pulling", `{phase: Pending, containerStatuses: [{name: c, image: i, state: {waiting: {reason: ContainerCreating}}}]}`,
			"pulls example.com/i:1", false,
			[]corev1.Event{event("Pulling", `Pulling image "example.com/i:1"`)},
		},
		{
			"secret missing", `{phase: Pending, containerStatuses: [{name: c, image: i, state: {waiting: {reason: CreateContainerConfigError, message: 'secret "s" not found'}}}]}`,
			`cannot start container c: secret "s" not found`, true, nil,
		},
		{
			"crashed twice", `{phase: Running, containerStatuses: [{name: c, restartCount: 2, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 1, reason: Error}}}]}`,
			"crashes: container c was restarted 2 times, exit code 1", false, nil,
		},
		{
			"crashed for good", `{phase: Running, containerStatuses: [{name: c, restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 137, reason: OOMKilled}}}]}`,
			"crashes: container c was restarted 3 times, exit code 137 (OOMKilled)", true, nil,
		},
		{
			"init container fails", `{phase: Pending, initContainerStatuses: [{name: prepare, image: i, state: {waiting: {reason: ErrImagePull, message: "desc = i: not found"}}}]}`,
			"cannot pull i: there is no such image (not found)", true, nil,
		},
		{
			"backing off has forgotten why", `{phase: Pending, containerStatuses: [{name: c, image: i, state: {waiting: {reason: ImagePullBackOff, message: 'Back-off pulling image "i"'}}}]}`,
			"cannot pull i: the registry's name cannot be resolved (DNS)", true,
			[]corev1.Event{event("Failed", `Failed to pull image "i": dial tcp: lookup r: no such host`), event("Failed", "Error: ImagePullBackOff")},
		},
		{
			"not ready yet", `{phase: Running, containerStatuses: [{name: c, ready: false, state: {running: {}}}]}`,
			"runs and is not ready yet: Readiness probe failed: no answer", false,
			[]corev1.Event{event("Unhealthy", "Readiness probe failed: no answer")},
		},
		{
			"volume cannot be mounted", `{phase: Pending, containerStatuses: [{name: c, state: {waiting: {reason: ContainerCreating}}}]}`,
			"cannot be set up on its node: configmap \"x\" not found", true,
			[]corev1.Event{event("FailedMount", `configmap "x" not found`)},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "ns"}, Spec: corev1.PodSpec{NodeName: "n"}}
			if strings.HasPrefix(c.name, "no node") {
				p.Spec.NodeName = ""
			}
			if err := yaml.UnmarshalStrict([]byte(c.status), &p.Status); err != nil {
				t.Fatal(err)
			}
			v := view{events: c.events, old: func(corev1.Event) bool { return false }}
			got := v.pod(p)
			if len(got) != 1 || !strings.HasPrefix(got[0].String(), "pod/p "+c.says) || got[0].Fatal != c.fatal || got[0].Hint == "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func event(reason, message string) corev1.Event {
	return corev1.Event{Reason: reason, Message: message, InvolvedObject: corev1.ObjectReference{Kind: "Pod", Name: "p"}}
}

func TestClaims(t *testing.T) {
	p := corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p"}}
	p.Spec.Volumes = []corev1.Volume{{VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data"}}}}
	failed := event("ProvisioningFailed", `storageclass.storage.k8s.io "fast" not found`)
	failed.InvolvedObject = corev1.ObjectReference{Kind: "PersistentVolumeClaim", Name: "data"}
	v := view{claims: map[string]corev1.PersistentVolumeClaim{"data": {}}, events: []corev1.Event{failed}, old: func(corev1.Event) bool { return false }}
	got := worstFirst(v.pod(p))[0]
	if !got.Fatal || got.String() != `pvc/data gets no volume: storageclass.storage.k8s.io "fast" not found` {
		t.Errorf("got %+v", got)
	}
	v.old = func(corev1.Event) bool { return true }
	if got := v.pod(p)[0]; got.Fatal {
		t.Errorf("an event of an earlier run is believed: %+v", got)
	}
}

func TestHopeless(t *testing.T) {
	since, now := map[string]time.Time{}, time.Now()
	slow := Trouble{Object: "pod/p", Says: "cannot pull i", Fatal: true, After: soon}
	for _, c := range []struct {
		after    time.Duration
		troubles []Trouble
		want     bool
	}{
		{0, []Trouble{slow}, false},
		{soon - 1, []Trouble{slow}, false},
		{soon, []Trouble{{Object: "pod/q", Says: "is being started"}, slow}, true},
		{soon + 1, nil, false},
		{soon + 2, []Trouble{slow}, false}, // It went away and came back.
		{soon + 3, []Trouble{{Object: "job/j", Says: "failed", Fatal: true}}, true},
	} {
		if got := hopeless(c.troubles, since, now.Add(c.after)); got != c.want {
			t.Errorf("after %s: %v", c.after, got)
		}
		if c.want && !c.troubles[0].Fatal {
			t.Errorf("after %s the one to blame is not the first", c.after)
		}
	}
}

func TestExplain(t *testing.T) {
	worst := Trouble{Object: "pod/p", Says: "crashes", Detail: "exit code 1", Hint: "kubectl logs p"}
	also := Trouble{Object: "pod/q", Says: "fits on no node", Fatal: true}
	f := explain(worst, []string{"first line", "second line"}, []Trouble{{Object: "pod/p", Says: "again", Fatal: true}, {Object: "pod/r", Says: "is being started"}, also})
	want := "pod/p crashes\n  exit code 1\n  | first line\n  | second line\n  also pod/q fits on no node"
	if f.What != want || f.Hint != "kubectl logs p" {
		t.Errorf("got:\n%s\nwant:\n%s", f.What, want)
	}
}

// TestWitness has a Job fail, and wants the words of its newest pod.
func TestWitness(t *testing.T) {
	all, err := objects(`{apiVersion: batch/v1, kind: Job, metadata: {name: j, uid: job}, status: {conditions: [{type: Failed, status: "True", message: too many}]}}`)
	if err != nil {
		t.Fatal(err)
	}
	done, trouble, err := job(all[0], Trouble{Object: refOf(all[0]).String()})
	if err != nil || done {
		t.Fatal(done, err)
	}
	v := view{workloads: all}
	for i, name := range []string{"j-2", "j-3", "j-1"} {
		var p corev1.Pod
		text := `{metadata: {namespace: ns, ownerReferences: [{uid: job}]}, spec: {nodeName: n}, status: {phase: Failed, containerStatuses: [{name: c, state: {terminated: {exitCode: 7}}}]}}`
		if err := yaml.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		p.Name, p.CreationTimestamp = name, metav1.Unix([]int64{200, 300, 100}[i], 0)
		v.pods = append(v.pods, p)
	}
	got := v.witness(trouble)
	if got.String() != "job/j failed: too many: pod/j-3 ended: container c, exit code 7" || got.Pod != "j-3" || got.In != "c" || got.Hint != "kubectl -n ns logs j-3 -c c" {
		t.Errorf("got %+v", got)
	}
}
