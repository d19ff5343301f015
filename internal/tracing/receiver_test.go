package tracing_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// receiver speaks OTLP over gRPC and HTTP, and keeps what it is sent.
type receiver struct {
	collector.UnimplementedTraceServiceServer

	mu       sync.Mutex
	spans    map[string]*trace.Span // by ID; what comes twice must be the same
	got      int                    // spans, each as often as it came
	requests int
	token    string
	refuse   func(request int) bool // nil: it takes everything
	differ   bool
}

func newReceiver() *receiver { return &receiver{spans: map[string]*trace.Span{}} }

// serve starts a receiver and returns its addresses.
func serve(t *testing.T) (r *receiver, grpcAddress, httpAddress string) {
	t.Helper()
	r = newReceiver()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	collector.RegisterTraceServiceServer(server, r)
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	web := httptest.NewServer(http.HandlerFunc(r.post))
	t.Cleanup(web.Close)
	return r, "grpc://" + listener.Addr().String(), web.URL
}

func (r *receiver) Export(ctx context.Context, request *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	token := ""
	if values := metadata.ValueFromIncomingContext(ctx, "authorization"); len(values) > 0 {
		token = values[0]
	}
	if err := r.take(request, token); err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &collector.ExportTraceServiceResponse{}, nil
}

func (r *receiver) post(w http.ResponseWriter, request *http.Request) {
	var message collector.ExportTraceServiceRequest
	data, err := io.ReadAll(request.Body)
	if err = errors.Join(err, proto.Unmarshal(data, &message)); err != nil || request.URL.Path != "/v1/traces" {
		http.Error(w, "no traces", http.StatusNotFound)
		return
	}
	if err := r.take(&message, request.Header.Get("Authorization")); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	}
}

func (r *receiver) take(request *collector.ExportTraceServiceRequest, token string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests++
	r.token = token
	if r.refuse != nil && r.refuse(r.requests) {
		return errors.New("not now")
	}
	for _, resource := range request.ResourceSpans {
		for _, scope := range resource.ScopeSpans {
			for _, s := range scope.Spans {
				if before := r.spans[string(s.SpanId)]; before != nil && !proto.Equal(before, s) {
					r.differ = true
				}
				r.spans[string(s.SpanId)] = s
				r.got++
			}
		}
	}
	return nil
}

// state is how many spans there are, and how many came.
func (r *receiver) state() (spans, got int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.spans), r.got
}
