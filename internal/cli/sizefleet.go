package cli

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	sources "github.com/sparkwiz/sparkwiz/images"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/fleetjob"
)

// fleetFlags are the flags of a survey on the platform.
type fleetFlags struct {
	logs, results    string
	shards, parallel int
	keep             bool
}

const fleetExample = "sparkwiz size --fleet s3a://bucket/spark-events"

// mostShards keeps a typing error from becoming a Job that no cluster takes:
// Kubernetes allows 100,000 indexes that are counted each.
const mostShards = 10_000

func (f *fleetFlags) add(p *pflag.FlagSet) {
	p.StringVar(&f.logs, "fleet", "", "read all event logs below this address on the platform, such as s3a://bucket/spark-events")
	p.StringVar(&f.results, "results", "", "with --fleet: where rows and the table are kept; default _sparkwiz-fleet/ in the same bucket")
	p.IntVar(&f.shards, "shards", 16, "with --fleet: into how many parts the logs are divided; one that fails is tried again alone")
	p.IntVar(&f.parallel, "parallel", 4, "with --fleet: how many shards are at work at a time, each a pod")
	p.BoolVar(&f.keep, "keep", false, "with --fleet: leave the Jobs and the logs of their pods when it is done")
}

// notFleet refuses flags that mean nothing without --fleet.
func notFleet(cmd *cobra.Command) error {
	var faults []error
	for _, flag := range []string{"results", "shards", "parallel", "keep"} {
		if cmd.Flags().Changed(flag) {
			faults = append(faults, fault.New(fault.Usage, "--"+flag+" is for a survey on the platform", fleetExample))
		}
	}
	return errors.Join(faults...)
}

// check judges all flags together, and decides where results go.
func (f *fleetFlags) check(cmd *cobra.Command) error {
	var faults []error
	wrong := func(what, hint string) { faults = append(faults, fault.New(fault.Usage, what, hint)) }
	for _, flag := range append(notFrom(), "from") {
		if cmd.Flags().Changed(flag) {
			wrong(fmt.Sprintf("--%s and --fleet cannot be had together", flag), fleetExample)
		}
	}
	if cmd.Flags().Changed("prices") {
		wrong("--prices names a file, which the pods of --fleet do not have", fleetExample+" --price-on-demand 0.19 --price-spot 0.08")
	}
	if f.shards < 1 || f.shards > mostShards {
		wrong(fmt.Sprintf("--shards: want 1 to %d", mostShards), fleetExample+" --shards 16")
	}
	if f.parallel < 1 || f.parallel > 1000 {
		wrong("--parallel: want 1 to 1000", fleetExample+" --parallel 4")
	}
	f.logs, f.results = strings.TrimRight(f.logs, "/"), strings.TrimRight(f.results, "/")
	scheme, at, ok := strings.Cut(f.logs, "://")
	if !ok || at == "" || strings.ContainsAny(at, "?# ") {
		wrong(fmt.Sprintf("--fleet: %q is no address of a bucket", f.logs), fleetExample)
		return errors.Join(faults...)
	}
	name, below, _ := strings.Cut(at, "/")
	if f.results == "" {
		f.results = scheme + "://" + path.Join(name, "_sparkwiz-fleet", below)
	}
	// What begins with an underscore is not taken for a log.
	if inside, ok := strings.CutPrefix(f.results+"/", f.logs+"/"); ok && !strings.HasPrefix(inside, "_") {
		wrong("the results would be among the logs and be read as such", "--results "+scheme+"://"+path.Join(name, "_sparkwiz-fleet", below))
	}
	return errors.Join(faults...)
}

// settings are the flags that the worker is told, as they were typed.
func settings(cmd *cobra.Command) []string {
	var args []string
	for _, flag := range []string{"cloud", "instance", "price-on-demand", "price-spot", "spot-discount", "executor-cores", "max-executors"} {
		if cmd.Flags().Changed(flag) {
			args = append(args, "--"+flag+"="+cmd.Flags().Lookup(flag).Value.String())
		}
	}
	return args
}

func (a *app) sizeFleet(cmd *cobra.Command, f sizeFlags) error {
	if err := f.fleet.check(cmd); err != nil {
		return err
	}
	// Whatever is wrong with prices is said here, not by every pod.
	o, err := f.options()
	if err != nil {
		return err
	}
	if _, err := o.Hourly(); err != nil {
		return err
	}
	image, err := ownImage()
	if err != nil {
		return err
	}
	p, cluster, _, err := a.planned(cmd.Context())
	if err != nil {
		return err
	}
	observe, stop := a.console.Plain(heartbeat)
	defer stop()
	table, err := fleetjob.Run(cmd.Context(), cluster, p, fleetjob.Options{
		Image: image, Logs: f.fleet.logs, Results: f.fleet.results, Settings: settings(cmd),
		Shards: f.fleet.shards, Parallel: f.fleet.parallel, Keep: f.fleet.keep,
	}, observe)
	if err != nil && fault.KindOf(err) != fault.Partial || table.Schema == "" {
		return err
	}
	if shown := len(table.Apps); shown < table.Read+table.Failed {
		table.Warnings = append(table.Warnings, fmt.Sprintf("the first %d of %d logs are shown; %s/fleet.json has all", shown, table.Read+table.Failed, f.fleet.results))
	}
	return errors.Join(err, a.printTable(table))
}

// ownImage is the image that this program itself is in, without a registry.
func ownImage() (string, error) {
	all, err := sources.All()
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(all, func(i sources.Image) bool { return i.Program })
	if i < 0 {
		return "", errors.New("images.yaml has no image of the program")
	}
	return strings.TrimPrefix(all[i].Reference, "docker.io/"), nil
}
