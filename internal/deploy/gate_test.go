package deploy

import (
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// guardian is an admission webhook on this machine.
type guardian struct {
	url, ca string
	asked   atomic.Int64
	strict  atomic.Bool // refuses everything
	start   func()
}

// newGuardian has an address at once, and answers there once it is started.
func newGuardian(t *testing.T) *guardian {
	t.Helper()
	g := &guardian{}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.asked.Add(1)
		var review admissionv1.AdmissionReview
		data, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(data, &review)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		review.Response = &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: !g.strict.Load(), Result: &metav1.Status{Message: "not today"}}
		_ = json.NewEncoder(w).Encode(review)
	}))
	address := s.Listener.Addr().String()
	s.StartTLS()
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	g.url, g.ca = "https://"+address+"/validate", base64.StdEncoding.EncodeToString(certificate)
	config := s.TLS.Clone()
	handler := s.Config.Handler
	s.Close()
	g.start = func() {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Error(err)
			return
		}
		again := httptest.NewUnstartedServer(handler)
		again.Listener.Close()
		again.Listener, again.TLS = listener, config
		again.StartTLS()
		t.Cleanup(again.Close)
	}
	return g
}

// guarded is a platform whose operator is behind a webhook.
func guarded(t *testing.T, name string) *estate {
	t.Helper()
	e := settle(t, name, "guarded", "slow")
	e.release(t, "guarded").Upstream.Probe = map[string]any{
		"apiVersion": group(name) + "/v1", "kind": "Guard", "metadata": map[string]any{"name": "probe"}, "spec": map[string]any{"size": 1},
	}
	return e
}

// TestGate: pods are ready, and the webhook comes up later. Whoever needs the
// operator waits for the webhook.
func TestGate(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	for name, strict := range map[string]bool{"agrees": false, "refuses": true} { // Who refuses serves.
		t.Run(name, func(t *testing.T) {
			e := guarded(t, platformName(t))
			e.clean(t, c)
			g := newGuardian(t)
			g.strict.Store(strict)
			r := e.release(t, "guarded")
			r.Values["webhook"] = map[string]any{"url": g.url, "caBundle": g.ca}
			run, up := &tape{t: t}, sync.Once{}
			err := Apply(t.Context(), Options{Plan: e.plan, Cluster: c, Charts: e.charts, Holder: "tester"}, func(event progress.Event) {
				run.observe(event)
				if event.Step == "gate/"+r.Name && strings.Contains(event.Reason, "trying again: ") {
					up.Do(g.start) // Whoever waits has said why.
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			served, began := run.at("gate/"+r.Name, progress.Done), run.at("release/"+e.release(t, "slow").Name, progress.Running)
			if served < 0 || began < served || g.asked.Load() == 0 {
				t.Errorf("the gate opened at %d, what needs it began at %d; the webhook was asked %d times", served, began, g.asked.Load())
			}
			if get(t, c, e.kind("guards"), e.plan.Namespace, "probe") != nil {
				t.Error("the probe was kept")
			}
			asked := g.asked.Load()
			e.settled(t, c)
			if g.asked.Load() != asked {
				t.Error("a run with nothing to do asked the webhook")
			}
			// Another revision is asked anew.
			r.Values["replicas"] = 2
			if _, err := e.apply(t, c, nil); err != nil {
				t.Fatal(err)
			}
			if g.asked.Load() == asked {
				t.Error("the new revision was not asked")
			}
			e.settled(t, c)
		})
	}
}

// TestDeadWebhook: a webhook that never answers is tried again for a while and
// then named, with its service. What does not need it is finished.
func TestDeadWebhook(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	tests := map[string]struct {
		webhook map[string]any
		want    string
		hint    string
	}{
		"no-service":   {map[string]any{"service": "nobody"}, "service nobody in namespace", "get endpointslices,pods   # what stands behind service nobody"},
		"no-one-there": {map[string]any{"url": "https://127.0.0.1:1/validate"}, "127.0.0.1, dial tcp 127.0.0.1:1: connect: connection refused", "kubectl get validatingwebhookconfigurations"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := guarded(t, platformName(t))
			e.clean(t, c)
			r, free := e.release(t, "guarded"), e.release(t, "slow")
			free.Needs = nil
			r.Values["webhook"] = tt.webhook
			run, err := e.apply(t, c, func(o *Options) { o.Stubborn = 4 * time.Second })
			if fault.KindOf(err) != fault.Partial || !strings.Contains(err.Error(), "the admission webhook guards."+group(e.plan.Name)+" does not answer") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error of kind %d: %v", fault.KindOf(err), err)
			}
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("hints %q", hints)
			}
			if last := run.events[run.at("gate/"+r.Name, progress.Failed)]; last.Took < 3*time.Second || last.Took > 20*time.Second {
				t.Errorf("it was given up after %s", last.Took)
			}
			if s := run.ends()["release/"+free.Name]; s != progress.Done {
				t.Errorf("what does not need it ended as %s", s)
			}
			if tt.webhook["url"] == nil {
				return
			}
			g := newGuardian(t)
			g.start()
			r.Values["webhook"] = map[string]any{"url": g.url, "caBundle": g.ca}
			if _, err := e.apply(t, c, nil); err != nil {
				t.Fatal(err)
			}
			e.settled(t, c)
		})
	}
}

// TestWebhookFault reads what the API server says.
func TestWebhookFault(t *testing.T) {
	for text, want := range map[string]string{
		`Internal error occurred: failed calling webhook "vscaledobject.kb.io": failed to call webhook: Post "https://keda-admission-webhooks.keda.svc:443/validate?timeout=10s": dial tcp 10.96.8.1:443: connect: connection refused`: "the admission webhook vscaledobject.kb.io does not answer: service keda-admission-webhooks in namespace keda, dial tcp 10.96.8.1:443: connect: connection refused | kubectl -n keda get endpointslices,pods",
		`Internal error occurred: failed calling webhook "x.y": failed to call webhook: Post "https://x.ops.svc:443/a?timeout=5s": context deadline exceeded`:                                                                          "the admission webhook x.y does not answer: service x in namespace ops, context deadline exceeded | kubectl -n ops get",
		`Internal error occurred: failed calling webhook "x.y": failed to call webhook: Post "https://x.ops.svc:443/a": tls: failed to verify certificate: x509: certificate signed by unknown authority`:                              "service x in namespace ops, tls: failed to verify certificate",
		`admission webhook "x.y" denied the request: not today`: "",
		`the server could not find the requested resource`:      "",
	} {
		got := ""
		if f := webhookFault(errors.New(text)); f != nil {
			got = f.What + " | " + f.Hint
		}
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s\n got %q\nwant %q", text, got, want)
		}
	}
}
