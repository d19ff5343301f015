package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/otlp"
	"github.com/sparkwiz/sparkwiz/internal/tracing"
)

// traceFlags are what trace is asked besides where the logs are.
type traceFlags struct {
	to, per, checkpoint, health string
	follow                      bool
	every, since                time.Duration
}

func (a *app) traceCommand() *cobra.Command {
	var f traceFlags
	cmd := &cobra.Command{
		Use:   "trace LOG…",
		Short: "Send Spark's event logs as OpenTelemetry traces: application, query, job, stage",
		Long: "Reads event logs and sends what they tell as spans with the times of the log, to whatever speaks OTLP: an OpenTelemetry collector, Tempo, " +
			"Jaeger. A LOG is a file, a directory of a rolling log, a directory of many logs, or a bucket: s3a://, gs://, abfss://.\n\n" +
			"The ids of spans depend on the log alone: sending a log again adds nothing.\n\n" +
			"Keys and tokens come from the environment: AWS_ACCESS_KEY_ID and its like for a bucket, AWS_ENDPOINT_URL_S3 for another store than AWS, " +
			"OTEL_EXPORTER_OTLP_HEADERS for the target.",
		Example: "  sparkwiz trace eventlog_v2_app-20260101 --to grpc://localhost:4317\n" +
			"  sparkwiz trace s3a://bucket/spark-events --to https://tempo.example.com --per query\n" +
			"  sparkwiz trace s3a://bucket/spark-events --to grpc://collector:4317 --follow --checkpoint s3a://bucket/spark-traces",
		RunE: func(cmd *cobra.Command, args []string) error {
			unit, err := f.check(args)
			if err != nil {
				return err
			}
			to, err := tracing.Dial(cmd.Context(), f.to)
			if err != nil {
				return err
			}
			defer func() { _ = to.Close(context.WithoutCancel(cmd.Context())) }()
			if f.follow {
				return a.traceFollow(cmd.Context(), args[0], to, unit, f)
			}
			return a.traceOnce(cmd.Context(), args, to, unit)
		},
	}
	cmd.Flags().StringVar(&f.to, "to", "", "where traces go: grpc://HOST:4317, grpcs://, http://HOST:4318 or https://")
	cmd.Flags().StringVar(&f.per, "per", string(otlp.PerApplication), "what one trace is: application or query")
	cmd.Flags().BoolVar(&f.follow, "follow", false, "go on as logs grow and come, until Ctrl-C")
	cmd.Flags().DurationVar(&f.every, "every", 15*time.Second, "with --follow: how often to look")
	cmd.Flags().DurationVar(&f.since, "since", 0, "with --follow: leave logs alone that were last written longer ago")
	cmd.Flags().StringVar(&f.checkpoint, "checkpoint", "", "with --follow: directory or bucket that says what has arrived, for whoever goes on")
	cmd.Flags().StringVar(&f.health, "health", "", "with --follow: address that answers /livez and /readyz, such as :8080")
	return cmd
}

// check judges all flags together.
func (f traceFlags) check(logs []string) (otlp.Unit, error) {
	var faults []error
	wrong := func(what, hint string) { faults = append(faults, fault.New(fault.Usage, what, hint)) }
	if len(logs) == 0 {
		wrong("name an event log", "sparkwiz trace LOG --to grpc://localhost:4317")
	}
	if f.to == "" {
		wrong("name where traces go", "--to grpc://localhost:4317")
	}
	if f.per != string(otlp.PerApplication) && f.per != string(otlp.PerQuery) {
		wrong(fmt.Sprintf("a trace cannot be per %q", f.per), "--per application or --per query")
	}
	if f.follow && len(logs) > 1 {
		wrong("one directory or bucket can be followed at a time", "sparkwiz trace s3a://bucket/spark-events --follow --to …")
	}
	if f.follow && f.every < time.Millisecond {
		wrong("--every is too short", "--every 15s")
	}
	if !f.follow && (f.checkpoint != "" || f.health != "" || f.since != 0) {
		wrong("--since, --checkpoint and --health are for following", "--follow")
	}
	return otlp.Unit(f.per), errors.Join(faults...)
}

// source opens where logs are.
func source(ctx context.Context, address string) (tracing.Source, func(), error) {
	if !strings.Contains(address, "://") {
		s, err := tracing.OnDisk(address)
		return s, func() {}, err
	}
	b, err := bucket.Open(ctx, address)
	if err != nil {
		return nil, nil, err
	}
	return tracing.InBucket(b), func() { _ = b.Close() }, nil
}

func (a *app) traceOnce(ctx context.Context, logs []string, to *tracing.Target, unit otlp.Unit) error {
	sent := []tracing.Sent{}
	var faults []error
	for _, address := range logs {
		from, done, err := source(ctx, address)
		if err == nil {
			err = tracing.Once(ctx, from, to, unit, func(s tracing.Sent) { sent = append(sent, s) })
			done()
		}
		if faults = append(faults, err); fault.KindOf(err) == fault.Interrupted || errors.Is(err, tracing.ErrTarget) {
			break
		}
	}
	err := a.print(sent, func(io.Writer) {
		var rows [][]string
		for _, s := range sent {
			end := "ended"
			if !s.Ended {
				end = "unfinished"
			}
			rows = append(rows, []string{s.Application, end, strconv.Itoa(s.Spans), s.Trace})
		}
		if len(rows) > 0 {
			a.console.Table([]string{"APPLICATION", "LOG", "SPANS", "TRACE"}, rows)
		}
	}, nil)
	return errors.Join(append(faults, err)...)
}

func (a *app) traceFollow(ctx context.Context, address string, to *tracing.Target, unit otlp.Unit, flags traceFlags) error {
	from, done, err := source(ctx, address)
	if err != nil {
		return err
	}
	defer done()
	f := &tracing.Follower{
		From: from, To: to, Unit: unit, Every: flags.every, Since: flags.since, Log: slog.New(slog.NewJSONHandler(a.console.Err, nil)),
	}
	if flags.checkpoint != "" {
		if f.Keep, err = bucket.Open(ctx, flags.checkpoint); err != nil {
			return err
		}
		defer func() { _ = f.Keep.Close() }()
	}
	if flags.health != "" {
		stop, err := serve(ctx, flags.health, f.Health())
		if err != nil {
			return err
		}
		defer stop()
	}
	return f.Run(ctx)
}

// serve answers at an address until it is stopped.
func serve(ctx context.Context, address string, handler http.Handler) (stop func(), err error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fault.Wrap(err, fault.Usage, "cannot listen at "+address, "--health :8080")
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = server.Serve(listener) }()
	return func() { _ = server.Close() }, nil
}
