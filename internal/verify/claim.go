package verify

import (
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// claim is one thing that a platform says of itself, and the client that
// proves it: a pod with a script, which runs steps in order.
type claim struct {
	name, title string
	when        func(plan.Plan) bool
	image       func(plan.Plan) string
	user        int64 // numeric, of the image
	script      string
	arguments   func(plan.Plan) []string
	environment func(plan.Plan) []corev1.EnvVar
	mounts      []mount  // files of the platform that it looks at
	clientOf    []string // labels sparkwiz.dev/…-client that let it through the platform's policies
	reaches     func(plan.Plan) []peer
	steps       func(plan.Plan) []step // without the one that starts the client
	memory      string                 // limit of the pod; a Kubernetes quantity
	quick       bool                   // leaves out the steps that take long
}

// mount is a ConfigMap of the platform, or one file of it, in the client's pod.
type mount struct {
	configMap, key, at string // no key: all files, in a directory
}

// peer is a pod that the client talks to.
type peer struct {
	name, instance string // labels app.kubernetes.io/…
	port           int32
}

// client is the step that gets the client's pod running; all others run in it.
const client = "client"

// step is one part of a claim: what people read, how long it usually takes,
// and where to look when it fails.
type step struct {
	name, title string
	expect      time.Duration
	logs        string // workload, and container, whose log tells more
	slow        bool   // left out when somebody waits for a first answer
}

// all are the steps of a claim, the client's start first. With several claims
// the titles say whose they are.
func (c claim) all(p plan.Plan) []step {
	start := step{name: client, title: "Start a client in the cluster", expect: 3 * time.Second}
	steps := append([]step{start}, c.chosen(p)...)
	for i, s := range steps {
		steps[i].title = c.title + ": " + s.title
	}
	return steps
}

// chosen are the steps that the client runs.
func (c claim) chosen(p plan.Plan) []step {
	return slices.DeleteFunc(c.steps(p), func(s step) bool { return s.slow && c.quick })
}

// event is a step's name in progress events.
func (c claim) event(s step) string { return "verify/" + c.name + "/" + s.name }

// claims are what a platform with this plan has to prove, in order.
func claims(p plan.Plan, quick bool) []claim {
	var some []claim
	for _, c := range catalogue() {
		if c.when(p) {
			c.quick = quick
			some = append(some, c)
		}
	}
	return some
}

// catalogue is every claim there is.
func catalogue() []claim {
	return []claim{spark("spark-35", "Spark 3.5"), spark("spark-41", "Spark 4.1"), bothLines(), jupyter(), airflow(), dataValidation()}
}

// release finds an installed release by its name.
func release(p plan.Plan, name string) (plan.Release, bool) {
	for _, r := range p.Releases {
		if r.Name == name {
			return r, true
		}
	}
	return plan.Release{}, false
}

func installed(name string) func(plan.Plan) bool {
	return func(p plan.Plan) bool { _, ok := release(p, name); return ok }
}

// kubectl is the beginning of a command to paste for this platform.
func kubectl(p plan.Plan, args string) string {
	return fmt.Sprintf("kubectl --context=%s -n %s %s", p.Context, p.Namespace, args)
}
