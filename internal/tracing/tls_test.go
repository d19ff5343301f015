package tracing_test

import (
	"crypto/tls"
	"encoding/pem"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/sparkwiz/sparkwiz/internal/otlp"
	"github.com/sparkwiz/sparkwiz/internal/tracing"
)

// An authority of one's own is believed when the environment names it, and nobody else is.
func TestTLS(t *testing.T) {
	r := newReceiver()
	web := httptest.NewTLSServer(http.HandlerFunc(r.post))
	defer web.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: web.TLS.Certificates, MinVersion: tls.VersionTLS12})))
	collector.RegisterTraceServiceServer(server, r)
	go func() { _ = server.Serve(listener) }()
	defer server.Stop()

	ca := filepath.Join(t.TempDir(), "ca.crt")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw})
	if err := os.WriteFile(ca, data, 0o600); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w := newLog(t, dir)
	w.query(0)
	w.end()
	send := func(address string) error {
		return tracing.Once(t.Context(), onDisk(t, dir), dial(t, address), otlp.PerQuery, func(tracing.Sent) {})
	}
	if err := send(web.URL); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a stranger's certificate: %v", err)
	}
	t.Setenv("OTEL_EXPORTER_OTLP_CERTIFICATE", ca)
	for i, address := range []string{web.URL, "grpcs://" + listener.Addr().String()} {
		if err := send(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
		if spans, got := r.state(); spans != 4 || got != 4*(i+1) {
			t.Errorf("%s: %d spans, %d came", address, spans, got)
		}
	}
}
