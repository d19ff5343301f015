package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
	"github.com/sparkwiz/sparkwiz/internal/local"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// answersFile is the workspace's file for an environment.
func (a *app) answersFile(environment string) string {
	return filepath.Join(a.flags.workspace, "environments", environment, "platform.yaml")
}

// environment is the one asked for, or the only one in the workspace, or dev.
func (a *app) environment() string {
	if a.flags.environment != "" {
		return a.flags.environment
	}
	found, err := filepath.Glob(a.answersFile("*"))
	if err == nil && len(found) == 1 {
		return filepath.Base(filepath.Dir(found[0]))
	}
	return spec.Dev
}

// answers gathers them from the weakest to the strongest source: defaults, a
// preset, the file, then flags.
func (a *app) answers() (question.Answers, error) {
	path := a.flags.file
	if path == "" {
		path = a.answersFile(a.environment())
	}
	s, keys, err := spec.Load(path)
	if errors.Is(err, fs.ErrNotExist) && a.flags.file == "" {
		err = nil
	}
	if err != nil {
		return question.Answers{}, err
	}
	answers := question.NewAnswers(s, keys, question.FromFile)
	pairs := a.flags.set
	if a.flags.context != "" {
		pairs = append(pairs, "cluster.context="+a.flags.context)
	}
	if a.flags.environment != "" && answers.Origin("environment") == question.FromDefault {
		pairs = append(pairs, "environment="+a.flags.environment)
	}
	err = answers.SetPairs(pairs)
	if a.flags.preset != "" {
		err = errors.Join(err, a.underNamed(&answers, path))
	}
	if err == nil {
		err = a.readSealed(&answers.Spec)
	}
	return answers, err
}

// complete is answers for a command that does not ask: everything that is
// missing or wrong is reported at once.
func (a *app) complete() (question.Answers, error) {
	answers, err := a.answers()
	if err != nil {
		return answers, err
	}
	var faults []error
	for _, q := range answers.Missing() {
		faults = append(faults, missing(q))
	}
	if len(faults) > 0 {
		return answers, errors.Join(faults...)
	}
	return answers, question.Validate(answers.Spec, facts.Facts{})
}

// missing names the key, what it means and what may be answered.
func missing(q question.Question) error {
	values := "…"
	if q.Options != nil {
		var can []string
		for _, o := range q.Options(facts.Facts{}) {
			if o.Absent == "" {
				can = append(can, o.Value)
			}
		}
		values = strings.Join(can, "|")
	} else if _, yesNo := q.Field(&spec.Spec{}).(*bool); yesNo {
		values = "true|false"
	}
	return fault.New(fault.Usage, fmt.Sprintf("missing answer: %s. %s", q.Key, q.Help), "--set "+q.Key+"="+values)
}

// cluster opens the cluster that the answers name.
func (a *app) cluster(context string) (*kube.Cluster, error) {
	kubeconfig := a.kubeconfigOf(context)
	if a.flags.kubeconfig == "" && kubeconfig == local.Kubeconfig() {
		if _, err := os.Stat(kubeconfig); errors.Is(err, fs.ErrNotExist) {
			return nil, fault.New(fault.Failed, "the sandbox is not up, and the answers name it as the cluster",
				self()+" sandbox up --nodes real   # or --context NAME, for a cluster of yours")
		}
	}
	return kube.Open(kubeconfig, context)
}

// kubeconfigOf finds the file that has a context. The sandbox keeps its own,
// since sparkwiz never writes into the user's.
func (a *app) kubeconfigOf(context string) string {
	if a.flags.kubeconfig != "" {
		return a.flags.kubeconfig
	}
	if context == local.Context {
		if mine, err := kube.Contexts(""); err == nil && slices.ContainsFunc(mine, func(c facts.Context) bool { return c.Name == context }) {
			return ""
		}
		return local.Kubeconfig()
	}
	return ""
}

// contexts are the user's and, when it is up, the sandbox's.
func (a *app) contexts() ([]facts.Context, error) {
	all, err := kube.Contexts(a.flags.kubeconfig)
	if err != nil || a.flags.kubeconfig != "" {
		return all, err
	}
	if _, err := os.Stat(local.Kubeconfig()); err == nil {
		sandbox, err := kube.Contexts(local.Kubeconfig())
		if err != nil {
			return all, err
		}
		for _, c := range sandbox {
			if slices.ContainsFunc(all, func(o facts.Context) bool { return o.Name == c.Name }) {
				continue
			}
			c.Current = false // Offered, never taken.
			all = append(all, c)
		}
	}
	return all, nil
}

// look collects what the cluster is like.
func (a *app) look(ctx context.Context, name string) (facts.Facts, error) {
	cluster, err := a.cluster(name)
	if err != nil {
		return facts.Facts{}, err
	}
	f, err := cluster.Collect(ctx)
	if err != nil {
		return f, err
	}
	f.Contexts, err = a.contexts()
	return f, err
}

// planned is the way of every command that acts: answers, a look at the
// cluster, the judge, the plan.
func (a *app) planned(ctx context.Context) (plan.Plan, *kube.Cluster, facts.Facts, error) {
	answers, err := a.complete()
	if err != nil {
		return plan.Plan{}, nil, facts.Facts{}, err
	}
	cluster, err := a.cluster(answers.Spec.Cluster.Context)
	if err != nil {
		return plan.Plan{}, nil, facts.Facts{}, err
	}
	f, err := a.look(ctx, answers.Spec.Cluster.Context)
	if err != nil {
		return plan.Plan{}, nil, f, err
	}
	if err := question.Validate(answers.Spec, f); err != nil {
		return plan.Plan{}, nil, f, err
	}
	p, err := plan.Make(answers.Spec, f)
	return p, cluster, f, err
}
