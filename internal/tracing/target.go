package tracing

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Target is where spans are sent: an OpenTelemetry collector, Tempo, or whatever else speaks OTLP.
type Target struct {
	address string
	client  otlptrace.Client
}

// examples of addresses, as hints show them.
const examples = "grpc://collector:4317, grpcs://collector:4317, http://collector:4318 or https://collector:4318"

// Dial prepares sending to an address. Its scheme names the protocol and whether it is encrypted; one without is gRPC
// without encryption, as collectors in a cluster have it. Headers and certificates come from the environment variables
// that OpenTelemetry names for them, e.g. OTEL_EXPORTER_OTLP_HEADERS, so that no token is in an argument. The target need
// not answer yet.
func Dial(ctx context.Context, address string) (*Target, error) {
	client, err := newClient(address)
	if err != nil {
		return nil, err
	}
	if err := client.Start(ctx); err != nil {
		return nil, fault.Wrap(err, fault.Failed, "traces cannot be sent to "+address, "")
	}
	return &Target{address, client}, nil
}

func newClient(address string) (otlptrace.Client, error) {
	whole := address
	if !strings.Contains(whole, "://") {
		whole = "grpc://" + whole
	}
	u, err := url.Parse(whole)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return nil, fault.New(fault.Usage, fmt.Sprintf("%q is no address that traces can be sent to", address), examples)
	}
	plain := strings.TrimSuffix(u.Path, "/") == ""
	switch {
	case plain && u.Scheme == "grpc":
		return otlptracegrpc.NewClient(otlptracegrpc.WithEndpoint(hostPort(u, "4317")), otlptracegrpc.WithInsecure()), nil
	case plain && u.Scheme == "grpcs":
		return otlptracegrpc.NewClient(otlptracegrpc.WithEndpoint(hostPort(u, "4317"))), nil
	case u.Scheme == "http" || u.Scheme == "https":
		u.Host = hostPort(u, "4318")
		if plain {
			u.Path = "/v1/traces" // The specification's default.
		}
		return otlptracehttp.NewClient(otlptracehttp.WithEndpointURL(u.String())), nil
	}
	return nil, fault.New(fault.Usage, fmt.Sprintf("%q is no address that traces can be sent to", address), examples)
}

func hostPort(u *url.URL, port string) string {
	if u.Port() != "" {
		return u.Host
	}
	return u.Host + ":" + port
}

// ErrTarget is in the errors about a target, which no other log will make good.
var ErrTarget = errors.New("nothing was confirmed")

// Send hands over spans and returns when the target has them. What can be tried again was tried for ten seconds by then, the
// library's default.
func (t *Target) Send(ctx context.Context, batch *trace.ResourceSpans) error {
	if err := t.client.UploadTraces(ctx, []*trace.ResourceSpans{batch}); err != nil {
		if ctx.Err() != nil {
			return fault.New(fault.Interrupted, "sending traces was interrupted", "")
		}
		return fault.Wrap(fmt.Errorf("%w: %w", ErrTarget, err), fault.Failed, t.address+" does not take traces", "is something that speaks OTLP there? Its address may be one of "+examples)
	}
	return nil
}

// Close lets go of the connection.
func (t *Target) Close(ctx context.Context) error { return t.client.Stop(ctx) }
