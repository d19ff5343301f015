package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sparkwiz/sparkwiz/internal/deploy"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/local"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

func (a *app) applyCommand() *cobra.Command {
	var adopt bool
	cmd := &cobra.Command{
		Use:     "apply",
		Short:   "Install the platform, or bring it to what the answers say",
		Example: "  sparkwiz apply -f answers.yaml\n  sparkwiz apply --set spark.executor.max=4 --yes",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.apply(cmd.Context(), adopt) },
	}
	cmd.Flags().BoolVar(&adopt, "adopt", false, "take over objects of these releases that an unfinished installation left without an owner")
	return cmd
}

func (a *app) apply(ctx context.Context, adopt bool) error {
	p, cluster, f, err := a.planned(ctx)
	if err != nil {
		return err
	}
	if a.flags.output == "text" {
		writePlan(a.console.Err, p, f)
	}
	o, err := a.optionsWithCharts(ctx, p, cluster, f)
	if err != nil {
		return err
	}
	o.Adopt = adopt
	for _, line := range a.impact(ctx, o) {
		a.console.Warn(line)
	}
	if err := a.consent("Install this?"); err != nil {
		return err
	}
	observe, stop := a.observer()
	defer stop()
	if err := loadImages(ctx, p.Spec, cluster, observe); err != nil {
		return err
	}
	if err := deploy.Apply(ctx, o, observe); err != nil {
		return err
	}
	if a.flags.output == "text" {
		fmt.Fprintf(a.console.Err, "\n%[1]s is installed in namespace %[2]s. Next:\n  %[3]s verify   # prove it with a query\n  %[3]s access   # reach it from here\n", p.Name, p.Namespace, self())
	}
	return nil
}

// options are what the engine needs to know of this process.
func options(p plan.Plan, cluster *kube.Cluster, f facts.Facts) deploy.Options {
	return deploy.Options{Plan: p, Cluster: cluster, StateDir: local.StateDir(f.UID, p.Name), Parallel: 4, Holder: holder()}
}

// optionsWithCharts have the archives of upstream charts too, for what renders
// releases.
func (a *app) optionsWithCharts(ctx context.Context, p plan.Plan, cluster *kube.Cluster, f facts.Facts) (deploy.Options, error) {
	charts, err := a.charts(ctx, p, false)
	o := options(p, cluster, f)
	o.Charts = charts
	return o, err
}

// holder names this process to whoever finds its lock.
func holder() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown-host"
	}
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return fmt.Sprintf("%s@%s pid %d", name, host, os.Getpid())
}

// heartbeat is how long a long wait may be silent.
const heartbeat = 30 * time.Second

// observer prints progress: events on stdout for programs, lines on stderr
// for people. stop ends its heartbeat.
func (a *app) observer() (observe progress.Observer, stop func()) {
	if a.flags.output == "json" {
		return a.console.JSON(), func() {}
	}
	return a.console.Plain(heartbeat)
}

// consent asks before something is changed. Without a terminal only --yes
// consents.
func (a *app) consent(question string) error {
	if a.flags.yes {
		return nil
	}
	if a.flags.noInput || !a.console.InTTY {
		return fault.New(fault.Usage, "nobody can be asked for consent here", "pass --yes")
	}
	answer, err := a.ask(question + " [y/N] ")
	if err != nil {
		return err
	}
	if answer = strings.ToLower(answer); answer != "y" && answer != "yes" {
		return fault.New(fault.Interrupted, "nothing was changed", "")
	}
	return nil
}

// ask reads one line.
func (a *app) ask(prompt string) (string, error) {
	fmt.Fprint(a.console.Err, prompt)
	line, err := bufio.NewReader(a.console.In).ReadString('\n')
	if err != nil && line == "" {
		return "", fault.New(fault.Interrupted, "the input ended before an answer", "")
	}
	return strings.TrimSpace(line), nil
}
