package deploy

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// box is the real API server that the engine's tests share. It starts when
// the first of them asks for it.
type box struct {
	once    sync.Once
	program string
	state   string
	missing bool   // nobody has built it: the tests are skipped
	up      bool   // to be taken down
	why     string // it cannot be tested against
	kubelet *kubelet
	stop    context.CancelFunc
}

var shared box

func TestMain(m *testing.M) {
	code := m.Run()
	shared.down()
	os.Exit(code)
}

func (b *box) start() {
	b.program = os.Getenv("SPARKWIZ_SANDBOX")
	if b.program == "" {
		b.program = filepath.Join("..", "..", "bin", "sparkwiz-sandbox")
	}
	if _, err := os.Stat(b.program); err != nil {
		b.missing, b.why = true, "no sandbox to test against: "+err.Error()+"; make sandbox builds it"
		return
	}
	state, err := os.MkdirTemp("", "sparkwiz-deploy-")
	if err != nil {
		b.why = err.Error()
		return
	}
	b.state = state
	b.up = true
	if out, err := exec.Command(b.program, "up", "--nodes=simulated", "--port=0", "--name=deploy-test", "--state-dir="+state).CombinedOutput(); err != nil {
		b.why = fmt.Sprintf("the sandbox does not start: %v\n%s", err, out)
	}
}

func (b *box) down() {
	if b.stop != nil {
		b.stop()
	}
	if b.up {
		if out, err := exec.Command(b.program, "down", "--name=deploy-test", "--state-dir="+b.state).CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "sandbox down: %v\n%s", err, out)
		}
	}
	if b.state != "" {
		os.RemoveAll(b.state)
	}
}

// cluster returns the shared API server, with a node on which pods seem to
// run as the test's kubelet says.
func cluster(t *testing.T) (*kube.Cluster, *kubelet) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs a real API server, and -short asks for none")
	}
	shared.once.Do(func() {
		if os.Getenv("SPARKWIZ_TEST_KUBECONFIG") == "" {
			if shared.start(); shared.why != "" {
				return
			}
		}
		c, err := openFirst(kubeconfig())
		if err != nil {
			shared.why = err.Error()
			return
		}
		ctx, stop := context.WithCancel(context.Background())
		shared.stop = stop
		if shared.kubelet, err = startKubelet(ctx, c); err != nil {
			shared.why = err.Error()
		}
	})
	switch {
	case shared.missing:
		t.Skip(shared.why)
	case shared.why != "":
		t.Fatal(shared.why)
	}
	return shared.kubelet.cluster, shared.kubelet
}

// kubeconfig is the shared API server's, or one that is there already, which
// makes work on the tests quicker.
func kubeconfig() string {
	if path := os.Getenv("SPARKWIZ_TEST_KUBECONFIG"); path != "" {
		return path
	}
	return filepath.Join(shared.state, "kubeconfig")
}

func openFirst(path string) (*kube.Cluster, error) {
	contexts, err := kube.Contexts(path)
	if err != nil {
		return nil, err
	}
	if len(contexts) == 0 {
		return nil, fmt.Errorf("no context in %s", path)
	}
	return kube.Open(path, contexts[0].Name)
}

// traffic counts what passes between the engine and the API server.
type traffic struct {
	mu     sync.Mutex
	writes []string
	before func(*http.Request) error // may refuse a request
}

func (c *traffic) watch(t *testing.T, cluster *kube.Cluster) *kube.Cluster {
	t.Helper()
	watched, err := cluster.Through(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			c.mu.Lock()
			before := c.before
			// A review asks what this account may do, and writes nothing.
			if r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "reviews") {
				c.writes = append(c.writes, r.Method+" "+r.URL.RequestURI())
			}
			c.mu.Unlock()
			if before != nil {
				if err := before(r); err != nil {
					return nil, err
				}
			}
			return next.RoundTrip(r)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return watched
}

func (c *traffic) list() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.writes...)
}

// quickstart is the default platform in a namespace of the test's own.
func quickstart(t *testing.T, change func(*spec.Spec)) plan.Plan {
	t.Helper()
	s := spec.Default()
	name := strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))
	named("t-" + strings.TrimPrefix(name, "test"))(&s)
	if change != nil {
		change(&s)
	}
	p, err := plan.Make(s, facts.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func named(name string) func(*spec.Spec) {
	return func(s *spec.Spec) { s.Name, s.Namespace = name, name }
}

// plannedRelease finds a release of the plan.
func plannedRelease(t *testing.T, p plan.Plan, name string) *plan.Release {
	t.Helper()
	for i := range p.Releases {
		if p.Releases[i].Name == name {
			return &p.Releases[i]
		}
	}
	t.Fatalf("the plan has no release %s", name)
	return nil
}
