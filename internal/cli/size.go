package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/sizeview"
	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// sizeFlags are the flags of sparkwiz size as they are typed.
type sizeFlags struct {
	dataset, transformations, target, profile string
	scanned, output, utilisation              float64
	executors, cores, maxExecutors            int
	pyspark                                   bool
	cloud, instance, prices                   string
	onDemand, spot, discount                  float64
	calibrate, from                           []string
	fleet                                     fleetFlags
}

const sizeExample = "sparkwiz size --dataset-size 1TB --transformations join,aggregate --target-duration 15m"

func (a *app) sizeCommand() *cobra.Command {
	var f sizeFlags
	cmd := &cobra.Command{
		Use:   "size",
		Short: "How many executors a job needs, how large, and what it costs; from its outline or from event logs",
		Long: "From flags, the answer is a range: low on a good day, central, high on a bad one. It names what it is bound by and what it assumes, and promises no " +
			"time below the critical path. docs/rightsizing.md derives the formulas.\n\n" +
			"With --from it reads Spark event logs, files or directories, of Spark 2 to 4 in every compression: what was measured, what is wrong, how long the same " +
			"tasks take on other numbers of executors, and the properties that should change. Several logs make a table, the worst waste first. With --calibrate " +
			"the rates of your own logs replace ours.\n\n" +
			"With --fleet it reads all event logs of a bucket, on the platform itself: a Kubernetes Job whose pods each read a shard, with the platform's keys. Each log " +
			"leaves a row in the bucket, so that what was read and has not changed is not read again. Ctrl-C leaves the Job at work; the same command joins it.\n\n" +
			"Prices come from a dated table inside the program. Nothing is fetched.",
		Example: "  " + sizeExample + "\n" +
			"  sparkwiz size --dataset-size 1TB --transformations join --executors 10 --executor-cores 2\n" +
			"  sparkwiz size --dataset-size 300GiB --transformations sort,write --target-duration 20m --cloud gcp -o html > size.html\n" +
			"  sparkwiz size --from eventlogs/app-20260101120000-0001.zstd\n" +
			"  sparkwiz size --from eventlogs/ more/*.zstd\n" +
			"  sparkwiz size --fleet s3a://bucket/spark-events --shards 64 --parallel 8",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(f.from) > 0 { // A shell that expands --from logs/* leaves all but the first.
				f.from = append(f.from, args...)
				return nil
			}
			return noArgs(cmd, args)
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.fleet.logs != "" {
				return a.sizeFleet(cmd, f)
			}
			if err := notFleet(cmd); err != nil {
				return err
			}
			if len(f.from) > 0 {
				return a.sizeFrom(cmd, f)
			}
			return a.sizeFlags(cmd, f)
		},
	}
	p := cmd.Flags()
	p.StringVar(&f.dataset, "dataset-size", "", "size of the data in the store, such as 1TB or 500GiB")
	p.StringVar(&f.transformations, "transformations", "", "what is done with it, in order: "+strings.Join(sizing.Operators(), ", "))
	p.StringVar(&f.target, "target-duration", "", "how long the job may take, such as 15m or 1h30m")
	p.StringVar(&f.profile, "profile", string(sizing.ETL), "etl reads all of the data set; sql what a query on columnar tables needs")
	p.Float64Var(&f.scanned, "scanned-fraction", 0, "part of the data set that is read, 0 to 1; the profile says it otherwise")
	p.Float64Var(&f.output, "output-ratio", 0, "bytes that write writes for each byte that it gets; default 1")
	p.Float64Var(&f.utilisation, "utilisation", sizing.DefaultUtilisation, "part of the task slots' time in which a task runs")
	p.IntVar(&f.executors, "executors", 0, "say what would happen on this many executors")
	p.IntVar(&f.cores, "executor-cores", 0, fmt.Sprintf("task slots of one executor; default %d, or as in the log", sizing.DefaultCores))
	p.IntVar(&f.maxExecutors, "max-executors", 0, "never recommend more")
	p.BoolVar(&f.pyspark, "pyspark", false, "leave memory for Python workers")
	p.StringVar(&f.cloud, "cloud", "", "whose machines: aws, gcp or azure; default aws")
	p.StringVar(&f.instance, "instance", "", "machine type of the nodes; default a general one with 4 cores")
	p.StringVar(&f.prices, "prices", "", "price file: YAML as docs/rightsizing.md has it, or the CSV of OpenCost or SkyPilot")
	p.Float64Var(&f.onDemand, "price-on-demand", 0, "dollars an hour for one node")
	p.Float64Var(&f.spot, "price-spot", 0, "dollars an hour for one spot node")
	p.Float64Var(&f.discount, "spot-discount", 0, "how much less a spot node costs, such as 0.65")
	p.StringSliceVar(&f.calibrate, "calibrate", nil, "event logs whose measured rates replace ours")
	p.StringSliceVar(&f.from, "from", nil, "event logs to read: files, rolling directories, directories of logs")
	f.fleet.add(p)
	return cmd
}

// workload reads the flags and reports all that are wrong together.
func (f sizeFlags) workload(cmd *cobra.Command) (sizing.Workload, error) {
	w := sizing.Workload{
		Profile: sizing.Profile(f.profile), ScannedFraction: f.scanned, OutputRatio: f.output, Utilisation: f.utilisation,
		ExecutorCores: f.cores, Executors: f.executors, MaxExecutors: f.maxExecutors, PySpark: f.pyspark,
	}
	var faults []error
	for _, flag := range []string{"scanned-fraction", "output-ratio", "utilisation", "executors", "executor-cores", "max-executors"} {
		if text := cmd.Flags().Lookup(flag).Value.String(); cmd.Flags().Changed(flag) && text == "0" {
			faults = append(faults, fmt.Errorf("%s: want more than 0", flag))
		}
	}
	var err error
	if f.dataset != "" {
		if w.DatasetBytes, err = sizing.ParseSize(f.dataset); err != nil {
			faults = append(faults, fmt.Errorf("dataset-size: %w", err))
			w.DatasetBytes = 1 // So that it is not reported a second time.
		}
	}
	if f.target != "" {
		if w.TargetSeconds, err = sizing.ParseDuration(f.target); err != nil {
			faults = append(faults, fmt.Errorf("target-duration: %w", err))
			w.TargetSeconds = 1
		}
	}
	if w.Transformations, err = sizing.ParseTransformations(f.transformations); err != nil {
		faults = append(faults, err)
	}
	faults = append(faults, w.Validate())
	if err := errors.Join(faults...); err != nil {
		return w, fault.New(fault.Usage, err.Error(), sizeExample)
	}
	return w, nil
}

// options are the prices, and what is better known than they are.
func (f sizeFlags) options() (sizing.Options, error) {
	table, err := sizing.Embedded()
	if err != nil {
		return sizing.Options{}, err
	}
	wrong := func(what string) error { return fault.New(fault.Usage, what, "sparkwiz size --help") }
	if f.onDemand < 0 || f.spot < 0 || f.onDemand > 1e4 || f.spot > 1e4 {
		return sizing.Options{}, wrong("price-on-demand, price-spot: want dollars an hour for one node")
	}
	if f.discount < 0 || f.discount >= 1 {
		return sizing.Options{}, wrong("spot-discount: want a share below 1, such as 0.65")
	}
	if f.prices != "" {
		data, err := os.ReadFile(f.prices)
		if err != nil {
			return sizing.Options{}, fault.Wrap(err, fault.Usage, "the prices cannot be read", "")
		}
		if table, err = sizing.ReadPrices(data, f.prices, table); err != nil {
			return sizing.Options{}, fault.Wrap(err, fault.Usage, f.prices, "docs/rightsizing.md shows the forms of a price file")
		}
	}
	o := sizing.Options{Prices: table, Cloud: f.cloud, Instance: f.instance, OnDemand: f.onDemand, Spot: f.spot, SpotDiscount: f.discount}
	if _, err := table.Pick(f.cloud, f.instance); err != nil {
		return o, fault.New(fault.Usage, err.Error(), "sparkwiz size --help")
	}
	return o, nil
}

func (a *app) sizeFlags(cmd *cobra.Command, f sizeFlags) error {
	w, err := f.workload(cmd)
	if err != nil {
		return err
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	if o.Rates, err = a.measured(f.calibrate); err != nil {
		return err
	}
	advice, err := sizing.Advise(w, o)
	if err != nil {
		return fault.Wrap(err, fault.Usage, "this cannot be sized", sizeExample)
	}
	return a.printSize(sizeview.FromFlags(advice))
}

// printSize writes a document in the form that was asked for.
func (a *app) printSize(d sizeview.Document) error {
	today := time.Now().UTC().Format(time.DateOnly)
	if a.flags.output == "html" {
		return sizeview.Page(a.console.Out, d, today)
	}
	return a.print(d, func(w io.Writer) { sizeview.Text(w, d, a.console.Width, today) }, nil)
}
