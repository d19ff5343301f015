package access

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/portforward"
	"k8s.io/streaming/pkg/httpstream"
	"k8s.io/streaming/pkg/httpstream/spdy"

	"github.com/sparkwiz/sparkwiz/internal/kube"
)

// api is as much of an API server as forwarding needs, with real upgraded
// connections. Its pods answer with their name and then echo. It refuses
// WebSockets, as proxies do, so that the older protocol is tried too.
type api struct {
	mu    sync.Mutex
	pods  map[string]bool // name to readiness
	links map[string][]httpstream.Connection
	dials int
}

func newAPI(t *testing.T, pods map[string]bool) (*api, *kube.Cluster) {
	t.Helper()
	a := &api{pods: pods, links: map[string][]httpstream.Connection{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/v1/namespaces/spark/services/{name}", a.service)
	mux.HandleFunc("GET /apis/discovery.k8s.io/v1/namespaces/spark/endpointslices", a.slices)
	mux.HandleFunc("/api/v1/namespaces/spark/pods/{pod}/portforward", a.forward)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		a.mu.Lock()
		pods := slices.Collect(maps.Keys(a.links))
		a.mu.Unlock()
		for _, pod := range pods {
			a.cut(pod)
		}
	})
	config := &rest.Config{Host: server.URL}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return a, &kube.Cluster{Context: "test", Config: config, Client: client}
}

func (a *api) service(w http.ResponseWriter, r *http.Request) {
	if r.PathValue("name") != "connect" {
		reply(w, http.StatusNotFound, metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Reason: metav1.StatusReasonNotFound, Code: 404})
		return
	}
	reply(w, http.StatusOK, corev1.Service{
		TypeMeta: metav1.TypeMeta{Kind: "Service", APIVersion: "v1"},
		Spec:     corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "ui", Port: 4040}, {Name: "grpc", Port: 15002}}},
	})
}

func (a *api) slices(w http.ResponseWriter, _ *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := discoveryv1.EndpointSlice{Ports: []discoveryv1.EndpointPort{{Name: new("ui"), Port: new(int32(1))}, {Name: new("grpc"), Port: new(int32(25002))}}}
	for name, ready := range a.pods {
		s.Endpoints = append(s.Endpoints, discoveryv1.Endpoint{
			Conditions: discoveryv1.EndpointConditions{Ready: &ready}, TargetRef: &corev1.ObjectReference{Kind: "Pod", Name: name},
		})
	}
	reply(w, http.StatusOK, discoveryv1.EndpointSliceList{
		TypeMeta: metav1.TypeMeta{Kind: "EndpointSliceList", APIVersion: "discovery.k8s.io/v1"}, Items: []discoveryv1.EndpointSlice{s},
	})
}

func reply(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

func (a *api) forward(w http.ResponseWriter, r *http.Request) {
	if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		http.Error(w, "no WebSockets here", http.StatusBadRequest)
		return
	}
	pod := r.PathValue("pod")
	if _, err := httpstream.Handshake(r, w, []string{portforward.PortForwardProtocolV1Name}); err != nil {
		return
	}
	failures := make(chan httpstream.Stream, 64)
	link := spdy.NewResponseUpgrader().UpgradeResponse(w, r, func(stream httpstream.Stream, replied <-chan struct{}) error {
		if stream.Headers().Get(corev1.StreamType) == corev1.StreamTypeError {
			failures <- stream
			return nil
		}
		go func() {
			<-replied
			failure := <-failures
			defer failure.Close()
			defer stream.Close()
			if stream.Headers().Get(corev1.PortHeader) != "25002" {
				_, _ = io.WriteString(failure, "nothing listens on that port")
				return
			}
			_, _ = io.WriteString(stream, pod+":")
			_, _ = io.Copy(stream, stream)
		}()
		return nil
	})
	if link == nil {
		return
	}
	a.mu.Lock()
	a.dials++
	a.links[pod] = append(a.links[pod], link)
	a.mu.Unlock()
	<-link.CloseChan()
}

// set says which pods there are; ready or not, their links stay.
func (a *api) set(pods map[string]bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.pods = pods
}

// dialled is how many links were made.
func (a *api) dialled() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.dials
}

// cut breaks the links to a pod.
func (a *api) cut(pod string) {
	a.mu.Lock()
	links := a.links[pod]
	a.links[pod] = nil
	a.mu.Unlock()
	for _, link := range links {
		_ = link.Close()
	}
}
