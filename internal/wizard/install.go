package wizard

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

func stopped(what, resume string) error { return fault.New(fault.Interrupted, what, resume) }

// startInstall begins the work. It may begin again after a failure: the steps
// that are done are found done.
func (m *model) startInstall() tea.Cmd {
	ctx, cancel := context.WithCancel(m.ctx)
	m.screen, m.stopping, m.offset, m.err = working, false, 0, nil
	m.work, m.job = ledger{}, newJob()
	m.job.cancel = cancel
	m.started = m.now
	job, s := m.job, m.answers.Spec
	run := func() tea.Msg {
		job.run(ctx, m.opts, s, m.gone)
		return nil
	}
	return tea.Batch(run, job.listen, m.wake())
}

func (m *model) pressWorking(key string) {
	switch key {
	case "l":
		m.logging, m.offset = !m.logging, 0
	case "up", "k":
		m.offset++ // The log is read from its end.
	case "down", "j":
		m.offset = max(0, m.offset-1)
	}
}

func (m *model) installed(msg installedMsg) tea.Cmd {
	m.job.cancel()
	m.took = m.now.Sub(m.started)
	m.offset = 0
	switch {
	case m.stopping && msg.err != nil:
		m.err = stopped("the installation was stopped", m.opts.Resume)
		m.outcome.Summary = m.unfinished()
		return tea.Quit
	case msg.err != nil:
		m.screen, m.err = failed, msg.err
		m.outcome.Summary = plainLines(m.failureLines(unwrapped))
		return nil
	}
	m.screen, m.after = finished, msg.after
	m.outcome.Action = Installed
	m.outcome.Summary = append(m.proof(), msg.after...)
	if m.stopping {
		return tea.Quit // It was done before it could stop.
	}
	return nil
}

// pressEnd handles the result and the failure page. The answers stay open to
// change after a failure: running again goes on where it stopped.
func (m *model) pressEnd(key string) tea.Cmd {
	switch key {
	case "up", "k":
		m.offset = max(0, m.offset-1)
	case "down", "j":
		m.offset++
	case "l":
		m.logging, m.offset = !m.logging, 0
	case "r":
		if m.screen == failed {
			return m.startInstall()
		}
	case "b":
		if m.screen == failed {
			m.err = nil
			m.openReview()
		}
	case "enter", "q", "esc":
		return tea.Quit
	}
	return nil
}
