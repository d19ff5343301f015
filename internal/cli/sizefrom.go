package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/fleet"
	"github.com/sparkwiz/sparkwiz/internal/replay"
	"github.com/sparkwiz/sparkwiz/internal/sizeview"
	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// notFrom are flags that describe a job that has not run.
func notFrom() []string {
	return []string{
		"dataset-size", "transformations", "target-duration", "profile", "scanned-fraction", "output-ratio", "utilisation", "executors", "pyspark", "calibrate",
	}
}

// sizeFrom reads logs: one becomes a report, several a table.
func (a *app) sizeFrom(cmd *cobra.Command, f sizeFlags) error {
	for _, flag := range notFrom() {
		if cmd.Flags().Changed(flag) {
			return fault.New(fault.Usage, fmt.Sprintf("--%s is about a job that has not run; --from about one that has", flag), "sparkwiz size --from "+f.from[0])
		}
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	price, err := o.Hourly()
	if err != nil {
		return err
	}
	logs, err := findLogs(f.from)
	if err != nil {
		return err
	}
	shape := replay.Options{Cores: f.cores, MaxExecutors: f.maxExecutors}
	if len(logs) == 1 {
		app, err := readLog(logs[0])
		if err != nil {
			return err
		}
		return a.printSize(sizeview.FromLog(logs[0], app, replay.Run(app, shape), price))
	}
	rows, err := fleetRows(cmd.Context(), logs, func(log string) (fleet.Row, error) {
		app, err := readLog(log)
		if err != nil {
			return fleet.Row{}, err
		}
		return fleet.Of(sizeview.FromLog(log, app, replay.Run(app, shape), price)), nil
	})
	if err != nil {
		return err
	}
	return a.printFleet(rows, price.Cost)
}

// findLogs are all logs at and below the paths.
func findLogs(paths []string) ([]string, error) {
	var logs []string
	for _, path := range paths {
		found, err := fleet.Find(os.DirFS(filepath.Dir(path)), filepath.Base(path))
		if err != nil {
			return nil, fault.Wrap(err, fault.Usage, "there is no event log at "+path, "ls -l "+filepath.Dir(path))
		}
		for _, name := range found {
			logs = append(logs, filepath.Join(filepath.Dir(path), filepath.FromSlash(name)))
		}
	}
	if len(logs) == 0 {
		return nil, fault.New(fault.Usage, "there are no event logs in "+strings.Join(paths, ", "), "spark.eventLog.dir says where Spark writes them")
	}
	return logs, nil
}

func readLog(path string) (*eventlog.Application, error) {
	// Tasks are kept until the end and nothing else is: a heap that doubles
	// before it is collected would be twice the memory for nothing.
	defer debug.SetGCPercent(debug.SetGCPercent(25))
	app, err := eventlog.Read(os.DirFS(filepath.Dir(path)), filepath.Base(path), eventlog.Options{})
	if err != nil {
		return nil, err
	}
	return &app, nil
}

// fleetRows reads logs side by side. One that cannot be read is a row that
// says why; only an interruption ends the work.
func fleetRows(ctx context.Context, logs []string, row func(string) (fleet.Row, error)) ([]fleet.Row, error) {
	rows := make([]fleet.Row, len(logs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, log := range logs {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return fault.Wrap(err, fault.Interrupted, "stopped", "")
			}
			r, err := row(log)
			if err != nil {
				r = fleet.Failed(log, err)
			}
			rows[i] = r
			return nil
		})
	}
	return rows, g.Wait()
}

func (a *app) printFleet(rows []fleet.Row, price sizing.Cost) error {
	t := fleet.Merge(rows...)
	t.Currency, t.AsOf = price.Currency, price.AsOf
	return a.printTable(t)
}

func (a *app) printTable(t fleet.Table) error {
	t.Warnings = append(t.Warnings, sizeview.Aged(t.AsOf, time.Now().UTC().Format(time.DateOnly))...)
	if t.Read == 0 {
		var faults []error
		for _, r := range t.Apps {
			faults = append(faults, errors.New(r.Log+": "+r.Error))
		}
		return fault.Wrap(errors.Join(faults[:min(len(faults), 10)]...), fault.Usage, "none of these could be read", "sparkwiz size --from FILE")
	}
	if a.flags.output == "html" {
		return fleet.Page(a.console.Out, t)
	}
	return a.print(t, func(w io.Writer) { a.writeFleet(w, t) }, nil)
}

// mostBroken is how many logs that cannot be read are named in the text: a
// directory may be full of other things.
const mostBroken = 10

func (a *app) writeFleet(w io.Writer, t fleet.Table) {
	var table [][]string
	var broken []fleet.Row
	for _, r := range t.Apps {
		if r.Error != "" {
			broken = append(broken, r)
			continue
		}
		best := "–"
		if r.Best > 0 {
			best = strconv.Itoa(r.Best)
		}
		name := sizeview.Clean(r.AppName, 36)
		if r.Incomplete {
			name += " (incomplete)"
		}
		table = append(table, []string{
			sizing.Money(r.Wasted), sizing.Money(r.OnDemand), fmt.Sprintf("%.0f %%", 100*r.BusyShare), sizing.Span(float64(r.DurationMs) / 1000),
			strconv.Itoa(r.Executors), best, name, sizeview.Clean(r.AppID, 40), strings.Join(r.Findings, ","),
		})
	}
	a.console.Table([]string{">WASTED", ">COST", ">BUSY", ">TIME", ">EXECUTORS", ">BEST", "APPLICATION", "ID", "FINDINGS"}, table)
	fmt.Fprintf(w, "\n%d logs, %.4g core-hours: %s on demand, %s of it for idle cores; prices of %s\n", t.Read, t.CoreHours, sizing.Money(t.OnDemand), sizing.Money(t.Wasted), t.AsOf)
	for i, r := range broken {
		if i == mostBroken {
			fmt.Fprintf(w, "! and %d more that could not be read; -o json lists them\n", len(broken)-i)
			break
		}
		fmt.Fprintf(w, "! %s could not be read: %s\n", sizeview.Clean(r.Log, 200), sizeview.Clean(r.Error, 300))
	}
	for _, warning := range t.Warnings {
		fmt.Fprintln(w, "! "+warning)
	}
}

// measured reads the rates of logs, for --calibrate. Logs without one that can
// be measured are an error: an answer that is not calibrated must not look as
// if it were.
func (a *app) measured(paths []string) (sizing.Rates, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	logs, err := findLogs(paths)
	if err != nil {
		return nil, err
	}
	var apps []*eventlog.Application
	for _, log := range logs {
		app, err := readLog(log)
		if err != nil {
			return nil, err
		}
		apps = append(apps, app)
	}
	rates := sizeview.Classes(replay.Rates(apps...))
	if len(rates) == 0 {
		return nil, fault.New(fault.Usage, "nothing can be measured in "+strings.Join(slices.Clone(paths), ", ")+": no stage reads 256 MiB or more", "--calibrate with the log of a larger run")
	}
	return rates, nil
}
