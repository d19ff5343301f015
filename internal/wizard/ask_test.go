package wizard

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// asked plays lines to the accessible front end.
func asked(t *testing.T, o Options, input string) (outcome Outcome, said string, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		outcome, err = Ask(t.Context(), o, strings.NewReader(input), &out)
		said = out.String()
	})
	for _, r := range said {
		if r == 0x1b {
			t.Error("an escape sequence was written")
		}
	}
	return outcome, said, err
}

func lacks(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("nothing says %q in\n%s", part, text)
		}
	}
}

// Enter takes what is in brackets, also for questions that somebody has to
// answer: pressing it is the answer.
func TestAskEnterTakesTheDefault(t *testing.T) {
	var kept question.Answers
	o := options()
	o.Save = func(a question.Answers) (string, error) { kept = a; return "p.yaml", nil }
	outcome, said, err := asked(t, o, strings.Repeat("\n", len(question.Rows())))
	if err != nil || outcome.Action != FilesOnly || outcome.SavedTo != "p.yaml" {
		t.Fatalf("%+v, %v\n%s", outcome, err, said)
	}
	if len(kept.Missing()) != 0 || kept.Spec.Cluster.Context != "kind-spark" {
		t.Errorf("missing %v, cluster %q", kept.Missing(), kept.Spec.Cluster.Context)
	}
	lacks(t, said, "Looking at kind-spark.", "Kubernetes v1.34.4", "answer [2, kind-spark; the kubeconfig's current context]", "The plan: 5 releases", "Spark 4.1, after")
}

// before counts the questions that are asked before one, when Enter takes what
// is there.
func before(key string) int {
	n := 0
	for _, q := range question.Rows() {
		if q.Key == key {
			break
		}
		if q.Asked(spec.Default()) {
			n++
		}
	}
	return n
}

func TestAskAnswers(t *testing.T) {
	tests := map[string]struct {
		input string
		says  []string
		check func(spec.Spec) bool
	}{
		"a number": {"2\n\n\n\n\n2\n", nil, func(s spec.Spec) bool { return s.Environment == spec.Staging }},
		"a value":  {"kind-spark\n\n\n\n\nstaging\n", nil, func(s spec.Spec) bool { return s.Environment == spec.Staging }},
		"again when wrong": {
			"\nUPPER\nlower\n",
			[]string{"Not taken: namespace: want lower-case letters", "try: --set namespace="},
			func(s spec.Spec) bool { return s.Namespace == "lower" },
		},
		"not what is absent": {
			strings.Repeat("\n", before("dr.enabled")) + "2\n",
			[]string{"Not taken: Yes cannot be chosen here", "cannot be chosen: not available yet"},
			func(s spec.Spec) bool { return !s.DR.Enabled },
		},
		"not what is no option": {
			"7\n1\n",
			[]string{`"7" is none of the options`, "type a number from 1 to 3"},
			func(s spec.Spec) bool { return s.Cluster.Context == "broken" },
		},
		"back":        {"\none\nback\ntwo\n", nil, func(s spec.Spec) bool { return s.Namespace == "two" }},
		"empty again": {"\n\n\nregistry.example.com\nback\n-\n", nil, func(s spec.Spec) bool { return s.Images.Registry == "" }},
		"a cluster that does not answer": {
			"1\n",
			[]string{"the cluster does not answer", "try: kubectl --context broken cluster-info"},
			func(s spec.Spec) bool { return s.Cluster.Context == "broken" },
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			outcome, said, err := asked(t, options(), tt.input)
			if fault.KindOf(err) != fault.Interrupted {
				t.Errorf("the input ended too early, the error is %v", err)
			}
			if !tt.check(outcome.Answers.Spec) {
				t.Errorf("answers %+v\n%s", outcome.Answers.Spec, said)
			}
			lacks(t, said, tt.says...)
		})
	}
}

// The end of the input saves and says all that is missing.
func TestAskEndOfInput(t *testing.T) {
	saved := false
	o := options()
	o.Save = func(question.Answers) (string, error) { saved = true; return "p.yaml", nil }
	outcome, said, err := asked(t, o, "\n\n\n\n\n1\n")
	if !saved || outcome.Action != Saved || fault.KindOf(err) != fault.Interrupted {
		t.Errorf("saved %v, %+v, %v", saved, outcome, err)
	}
	lacks(t, said, "The answers are saved to p.yaml.")
	lacks(t, err.Error(), "missing: Secret provider (secrets.provider)", "missing: Nightly backups (dr.enabled)")
	if strings.Contains(err.Error(), "environment") {
		t.Errorf("environment was answered: %v", err)
	}
}

func TestAskQuit(t *testing.T) {
	outcome, _, err := asked(t, options(), "quit\n")
	if err != nil || outcome.Action != Saved {
		t.Errorf("%+v, %v", outcome, err)
	}
}

// An interruption while somebody thinks saves and leaves.
func TestAskInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		in, silence := io.Pipe()
		time.AfterFunc(time.Minute, cancel)
		outcome, err := Ask(ctx, options(), in, io.Discard)
		if outcome.Action != Saved || fault.KindOf(err) != fault.Interrupted {
			t.Errorf("%+v, %v", outcome, err)
		}
		silence.Close()
	})
}

func TestAskInstalls(t *testing.T) {
	o := complete()
	o.Install = func(_ context.Context, _ spec.Spec, observe progress.Observer) error {
		observe(progress.Event{Step: "release/spark-41", Title: "Spark 4.1", State: progress.Settling, Reason: "pulling"})
		time.Sleep(31 * time.Second)
		observe(progress.Event{Step: "release/spark-41", Title: "Spark 4.1", State: progress.Done})
		return nil
	}
	o.After = func() []string { return []string{"sc://here"} }
	outcome, said, err := asked(t, o, strings.Repeat("\n", len(newModel(t.Context(), o).asked()))+"y\n")
	if err != nil || outcome.Action != Installed || len(outcome.Summary) != 1 {
		t.Errorf("%+v, %v\n%s", outcome, err, said)
	}
	lacks(t, said, "Spark 4.1: settling: pulling", "Spark 4.1: still settling", "Spark 4.1: done")
}

// A slow cluster is waited for aloud.
func TestAskSlowCluster(t *testing.T) {
	o := options()
	o.Look = func(context.Context, string) (facts.Facts, error) {
		time.Sleep(65 * time.Second)
		return cluster2(), nil
	}
	_, said, _ := asked(t, o, "\n")
	lacks(t, said, "still looking at kind-spark, 0:30", "still looking at kind-spark, 1:00", "Kubernetes v1.34.4")
}

func TestAskBlockedPlan(t *testing.T) {
	outcome, said, err := asked(t, tiny(), strings.Repeat("\n", len(question.Rows())))
	if fault.KindOf(err) != fault.Faults || outcome.Action != Saved {
		t.Errorf("%+v, %v\n%s", outcome, err, said)
	}
	lacks(t, said, "Warning: no node has room")
}
