package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/fleetjob"
	"github.com/sparkwiz/sparkwiz/internal/replay"
	"github.com/sparkwiz/sparkwiz/internal/survey"
)

// indexVariable is what Kubernetes tells a pod of an Indexed Job.
const indexVariable = "JOB_COMPLETION_INDEX"

// fleetWorkerCommand is what the pods of size --fleet run. It is hidden: nobody
// types it, and its flags follow those of size.
func (a *app) fleetWorkerCommand() *cobra.Command {
	var f sizeFlags
	var results string
	var shards int
	var merge bool
	cmd := &cobra.Command{
		Use: "fleet-worker LOGS", Short: "Read one shard of the logs of a bucket, or merge the rows of all", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, done, err := f.survey(cmd.Context(), args[0], results)
			if err != nil {
				return err
			}
			defer done()
			// Tasks are kept until a log's end and nothing else is.
			defer debug.SetGCPercent(debug.SetGCPercent(25))
			if merge {
				table, err := s.Merge(cmd.Context())
				if err != nil {
					return err
				}
				return survey.Send(a.console.Out, table, fleetjob.Most)
			}
			shard, err := strconv.Atoi(a.console.Getenv(indexVariable))
			if err != nil {
				return fault.New(fault.Usage, indexVariable+" does not say which shard this is", "")
			}
			did, err := s.Shard(cmd.Context(), shard, shards)
			line, bad := json.Marshal(did)
			if bad != nil {
				return bad
			}
			fmt.Fprintf(a.console.Out, "%s\n", line)
			return err
		},
	}
	p := cmd.Flags()
	p.StringVar(&results, "results", "", "where rows and the table are kept")
	p.IntVar(&shards, "shards", 1, "into how many parts the logs are divided; "+indexVariable+" says which this is, from 0")
	p.BoolVar(&merge, "merge", false, "merge the rows into the table")
	p.StringVar(&f.cloud, "cloud", "", "as for size")
	p.StringVar(&f.instance, "instance", "", "as for size")
	p.Float64Var(&f.onDemand, "price-on-demand", 0, "as for size")
	p.Float64Var(&f.spot, "price-spot", 0, "as for size")
	p.Float64Var(&f.discount, "spot-discount", 0, "as for size")
	p.IntVar(&f.cores, "executor-cores", 0, "as for size")
	p.IntVar(&f.maxExecutors, "max-executors", 0, "as for size")
	return cmd
}

// survey opens what a worker needs.
func (f sizeFlags) survey(ctx context.Context, logs, results string) (s survey.Survey, done func(), err error) {
	o, err := f.options()
	if err != nil {
		return s, nil, err
	}
	s = survey.Survey{Shape: replay.Options{Cores: f.cores, MaxExecutors: f.maxExecutors}, Version: version}
	if s.Price, err = o.Hourly(); err != nil {
		return s, nil, err
	}
	if s.Logs, err = bucket.Open(ctx, logs); err != nil {
		return s, nil, err
	}
	s.Results, err = bucket.Open(ctx, results)
	if err != nil {
		_ = s.Logs.Close()
		return s, nil, err
	}
	return s, func() { _, _ = s.Logs.Close(), s.Results.Close() }, nil
}
