package wizard

import (
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// planned is the plan for the present answers, and how old it is.
type planned struct {
	want    wanted // what was asked for last
	made    bool   // plan is the plan for some earlier or the present want
	plan    plan.Plan
	err     error
	counted bool
	objects int
}

// pause is how long answers must rest before they are planned.
const pause = 60 * time.Millisecond

// replan asks for a plan when the answers or the facts have changed.
func (m *model) replan() tea.Cmd {
	want := wanted{m.tentative(), m.cluster.look, m.cluster.facts.Known}
	if want == m.planned.want {
		return nil
	}
	m.planned.want = want
	return tea.Tick(pause, func(time.Time) tea.Msg { return planDueMsg{want} })
}

func (m *model) makePlan(want wanted) tea.Cmd {
	if want != m.planned.want {
		return nil
	}
	f := m.cluster.facts
	return func() tea.Msg {
		var p plan.Plan
		err := guard(func() (err error) {
			p, err = m.opts.Plan(want.spec, f)
			return err
		})
		return plannedMsg{want, p, err}
	}
}

func (m *model) gotPlan(msg plannedMsg) tea.Cmd {
	if msg.want != m.planned.want {
		return nil
	}
	m.planned.err = msg.err
	if msg.err != nil {
		return nil
	}
	m.planned.plan, m.planned.made = msg.plan, true
	if m.opts.Render == nil {
		return nil
	}
	return func() tea.Msg {
		var n int
		err := guard(func() (err error) {
			n, err = m.opts.Render(msg.plan)
			return err
		})
		return renderedMsg{msg.want, n, err}
	}
}

func (m *model) gotObjects(msg renderedMsg) {
	if msg.want != m.planned.want {
		return
	}
	m.planned.objects, m.planned.counted = msg.objects, msg.err == nil
	if msg.err != nil {
		m.planned.err = msg.err
	}
}
