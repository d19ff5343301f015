package cli_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"
)

// spanCount is the key of a script's number of spans.
type spanCount struct{}

// takeTraces gives a script something that speaks OTLP, at $OTLP.
func takeTraces(env *testscript.Env) {
	n := new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var request collector.ExportTraceServiceRequest
		data, err := io.ReadAll(r.Body)
		if err != nil || proto.Unmarshal(data, &request) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for _, resource := range request.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				n.Add(int64(len(scope.Spans)))
			}
		}
	}))
	env.Defer(server.Close)
	env.Setenv("OTLP", server.URL)
	env.Values[spanCount{}] = n
}

// spans wants a number of spans to have come: spans 4.
func spans(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: spans number")
	}
	n := ts.Value(spanCount{}).(*atomic.Int64).Load()
	if strconv.FormatInt(n, 10) != args[0] {
		ts.Fatalf("%d spans have come, want %s", n, args[0])
	}
}
