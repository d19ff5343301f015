// Command eventlog measures how fast event logs are read: beside Spark's own History Server on the same log, and beside what no
// reader can beat, decompression and a search for line ends. `make bench-eventlog` calls it.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 2 && (args[0] == "ours" || args[0] == "limit") { // A child of measure: what it takes is measured from outside.
		side := ours
		if args[0] == "limit" {
			side = limit
		}
		n, says, err := side(args[1])
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(said{n, says, peakMemory(os.Getpid())})
	}
	flags := flag.NewFlagSet("eventlog", flag.ContinueOnError)
	var o options
	flags.StringVar(&o.from, "from", "", "real logs whose lines are used, plain or zstd, separated by commas")
	flags.Int64Var(&o.large, "large", 2<<30, "size of the log that is read by us alone")
	flags.Int64Var(&o.small, "small", 256<<20, "size of the log that the History Server reads too")
	flags.StringVar(&o.spark, "spark", "", "a distribution of Spark; without one there is no History Server to compare with")
	flags.StringVar(&o.dir, "dir", "", "directory for the logs that are made, removed in the end")
	flags.IntVar(&o.runs, "runs", 3, "measurements of each side, taken in turns")
	flags.StringVar(&o.out, "o", "docs/performance.md", "page whose part about event logs is written")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.from == "" {
		return errors.New("say which real logs to use: -from log1,log2")
	}
	return o.measure(ctx, strings.Split(o.from, ","))
}

// options say what is measured.
type options struct {
	from, spark, dir, out string
	large, small          int64
	runs                  int
}

// said is what a child says about what it read.
type said struct {
	Bytes int64
	Says  string
	Peak  int64 // bytes of memory. It asks for itself: what the parent is told by wait includes the parent's own memory
}
