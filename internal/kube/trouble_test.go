package kube

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

func connect(t *testing.T, config *rest.Config) *Cluster {
	t.Helper()
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	return &Cluster{Context: "there", Config: config, Client: client}
}

// answer is an API server that answers everything with one status.
func answer(t *testing.T, code int, message string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		reason := strings.ReplaceAll(http.StatusText(code), " ", "")
		fmt.Fprintf(w, `{"kind":"Status","apiVersion":"v1","status":"Failure","reason":%q,"code":%d,"message":%q}`, reason, code, message)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// TestTrouble collects from servers that are not what they should be.
func TestTrouble(t *testing.T) {
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(tls.Close)
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, c := range []struct {
		name, host string
		kind       fault.Kind
		says, hint string
	}{
		{"refused", "https://" + closed.Addr().String(), fault.Failed, "connection refused", "sparkwiz sandbox up"},
		{"no such name", "https://no-such-host.invalid:6443", fault.Failed, `the name "no-such-host.invalid" of the API server cannot be resolved`, "getent hosts no-such-host.invalid"},
		{"unknown authority", tls.URL, fault.Failed, "signed by an authority that the kubeconfig does not name", "cluster-info"},
		{"no TLS", strings.Replace(answer(t, 200, ""), "http:", "https:", 1), fault.Failed, "does not speak TLS", "cluster-info"},
		{"silence", "http://" + silent.Addr().String(), fault.Failed, "did not answer in time", "VPN"},
		{"401", answer(t, 401, "Unauthorized"), fault.Denied, "does not accept your credentials (401)", "log in again"},
		{"403", answer(t, 403, `forbidden: User "anna" cannot get path "/version"`), fault.Denied, "not allowed", "auth can-i"},
		{"500", answer(t, 500, "etcdserver: no leader"), fault.Failed, "did not do what it was asked", "cluster-info"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
			defer cancel()
			f, err := connect(t, &rest.Config{Host: c.host}).Collect(ctx)
			if err == nil || fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.says) {
				t.Fatalf("kind %d: %v", fault.KindOf(err), err)
			}
			if hint := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hint, c.hint) {
				t.Errorf("hint %q, want %q", hint, c.hint)
			}
			if f.Known {
				t.Error("the cluster counts as known")
			}
		})
	}
}

// TestForbidden tells an account that may not from an object that is not let
// in, and both from nobody.
func TestForbidden(t *testing.T) {
	pods := schema.GroupResource{Resource: "pods"}
	for _, c := range []struct {
		why     string
		refused bool
		says    string
	}{
		{`User "anna" cannot list resource "pods" in API group ""`, true, "your account is not allowed to do this (403)"},
		{`User "system:anonymous" cannot list resource "pods" in API group ""`, true, "has no credentials"},
		{`exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1`, false, "did not do what it was asked"},
	} {
		err := apierrors.NewForbidden(pods, "p", errors.New(c.why))
		if got := Refused(err); got != c.refused {
			t.Errorf("%s: refused is %v", c.why, got)
		}
		if got := trouble(err, "https://s", "there").Error(); !strings.Contains(got, c.says) {
			t.Errorf("%s: %s", c.why, got)
		}
	}
	if Refused(nil) {
		t.Error("no error counts as refused")
	}
}
