package wizard

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// listenBackground waits for news of what is built meanwhile.
func (m *model) listenBackground() tea.Msg {
	got, more := gather(m.opts.Background)
	return backgroundMsg{got, more}
}

// gotBackground keeps the corner fresh. Whenever something is finished the
// kubeconfig is read again: the sandbox may be there now.
func (m *model) gotBackground(msg backgroundMsg) tea.Cmd {
	ended := !msg.more
	for _, e := range msg.events {
		m.background.add(e, m.now)
		ended = ended || e.State.Ended()
	}
	var cmds []tea.Cmd
	if msg.more {
		cmds = append(cmds, m.listenBackground, m.wake())
	}
	if ended && m.cluster.target == m.opts.Sandbox && !m.cluster.facts.Known {
		m.cluster.err = nil
		cmds = append(cmds, m.readContexts())
	}
	return tea.Batch(cmds...)
}

// corner is the line about the background; empty when there is nothing to say.
// An installation tells of it among its own steps.
func (m *model) corner() string {
	if m.screen >= working {
		return ""
	}
	var parts []string
	for _, s := range m.background.steps {
		if s.State == progress.Waiting {
			continue
		}
		text := glyph(s.State) + " " + s.title()
		if !s.State.Ended() {
			text += " " + console.Clock(m.now.Sub(s.since))
			if s.Expect > 0 {
				text += " of ~" + console.Clock(s.Expect)
			}
		}
		parts = append(parts, text)
	}
	if len(parts) == 0 {
		return ""
	}
	return "meanwhile: " + strings.Join(parts, "  ")
}
