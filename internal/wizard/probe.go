package wizard

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// secretsPage is where the provider of secrets is chosen.
const secretsPage = "secrets"

// rest is how long answers must rest before the store is looked at: it is
// slower than a plan, and half an address is no address.
const rest = 600 * time.Millisecond

// probe is the last look at the provider of secrets.
type probe struct {
	want  spec.Secrets // what was asked about last
	told  bool         // lines are the answer to it
	lines []string
}

type (
	probeDueMsg struct{ spec spec.Spec }
	probedMsg   struct {
		want  spec.Secrets
		lines []string
	}
)

// reprobe asks for a look when the answers about secrets have changed and
// there is a cluster to look at.
func (m *model) reprobe() tea.Cmd {
	if m.opts.Probe == nil || m.screen != asking || m.page != secretsPage || !m.cluster.facts.Known {
		return nil
	}
	s := m.tentative()
	if s.Secrets == m.probe.want || s.Secrets.Provider == spec.Generated {
		return nil
	}
	m.probe = probe{want: s.Secrets}
	return tea.Tick(rest, func(time.Time) tea.Msg { return probeDueMsg{s} })
}

func (m *model) runProbe(msg probeDueMsg) tea.Cmd {
	if msg.spec.Secrets != m.probe.want {
		return nil
	}
	return func() tea.Msg { return probedMsg{msg.spec.Secrets, m.probed(msg.spec)} }
}

// probed looks once. It touches nothing of the model but its options.
func (m *model) probed(s spec.Spec) []string {
	ctx, cancel := context.WithTimeout(m.ctx, 15*time.Second)
	defer cancel()
	var lines []string
	err := guard(func() (err error) {
		lines, err = m.opts.Probe(ctx, s)
		return err
	})
	if err != nil {
		return []string{"? " + oneLine(err.Error())}
	}
	return lines
}

func (m *model) gotProbe(msg probedMsg) {
	if msg.want == m.probe.want {
		m.probe.told, m.probe.lines = true, msg.lines
	}
}

// probeLines are what the page shows of it.
func (m *model) probeLines(width int) []string {
	if m.opts.Probe == nil || m.tentative().Secrets.Provider == spec.Generated || m.probe.want == (spec.Secrets{}) {
		return nil
	}
	if !m.probe.told {
		return []string{dim.Render(cut("looking whether it can fill the Secrets …", width))}
	}
	var lines []string
	for _, line := range m.probe.lines {
		lines = append(lines, wrap(line, width)...)
	}
	return lines
}

// probe tells what was found, before the next page begins.
func (a *asker) probe() {
	s := a.m.answers.Spec
	if a.o.Probe == nil || s.Secrets.Provider == spec.Generated || !a.m.cluster.facts.Known {
		return
	}
	for _, line := range a.m.probed(s) {
		a.say("  " + line)
	}
}
