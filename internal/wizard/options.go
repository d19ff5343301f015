// Package wizard asks the questions in a terminal, shows what each answer
// means on the cluster, and watches the installation. It reads the same rows
// as every other front end. Whatever touches the world is handed in as a
// function, so that a test needs no cluster and the pages need no client.
package wizard

import (
	"context"

	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/question"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Options are what the wizard begins with and what it may do.
type Options struct {
	Answers question.Answers
	Console *console.Console
	Version string

	// Contexts reads the kubeconfig; Look asks one cluster what it has.
	Contexts func() ([]facts.Context, error)
	Look     func(ctx context.Context, name string) (facts.Facts, error)

	// Probe looks whether the provider of secrets can do its work, a line for
	// each finding; nil looks at nothing.
	Probe func(context.Context, spec.Spec) ([]string, error)

	// Plan is pure. Render counts the objects of a plan; nil leaves them out.
	Plan   func(spec.Spec, facts.Facts) (plan.Plan, error)
	Render func(plan.Plan) (objects int, err error)

	// Save keeps the answers and says where. It is called on leaving, on
	// ctrl+s and before an installation.
	Save func(question.Answers) (path string, err error)

	// Install applies and verifies. It returns soon after ctx has ended.
	// After, when not nil, is called once it has succeeded: what next, a line
	// each.
	Install func(ctx context.Context, s spec.Spec, observe progress.Observer) error
	After   func() []string

	// Background is what is built meanwhile; nil when nothing is.
	Background <-chan progress.Event

	// Sandbox is the context of the cluster that can be made on this machine;
	// empty when none is offered.
	Sandbox string

	// Resume is the command that goes on from the saved answers.
	Resume string
}

// Action is how the wizard was left.
type Action int

// The ways to leave.
const (
	Quit      Action = iota // nothing was kept
	Saved                   // the answers are kept
	FilesOnly               // the answers are complete and kept; nothing is to be installed now
	Installed
)

// Outcome is what the wizard leaves behind.
type Outcome struct {
	Answers question.Answers
	Action  Action
	SavedTo string
	// Summary is the last page as plain lines, for the screen that comes back
	// when the wizard's own has gone.
	Summary []string
}
