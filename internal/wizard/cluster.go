package wizard

import (
	"context"
	"slices"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/question"
)

const contextKey = "cluster.context"

// cluster is what is known of the kubeconfig and of the chosen cluster.
type cluster struct {
	read     bool // the kubeconfig was read
	contexts []facts.Context
	readErr  error

	target  string // the context that facts are about
	look    int    // number of the latest look; older ones are stale
	looking bool
	cancel  context.CancelFunc
	facts   facts.Facts
	err     error
}

func (m *model) readContexts() tea.Cmd {
	return func() tea.Msg {
		var all []facts.Context
		err := guard(func() (err error) {
			all, err = m.opts.Contexts()
			return err
		})
		return contextsMsg{all, err}
	}
}

func (m *model) gotContexts(msg contextsMsg) tea.Cmd {
	m.cluster.read, m.cluster.contexts, m.cluster.readErr = true, msg.contexts, msg.err
	m.cluster.facts.Contexts = msg.contexts
	m.suggest()
	cmd := m.follow()
	if !m.cluster.facts.Known && !m.cluster.looking && m.cluster.err == nil {
		cmd = tea.Batch(cmd, m.lookAt(m.cluster.target))
	}
	return tea.Batch(cmd, m.refresh(), m.replan())
}

// suggest fills in what the cluster suggests. The sandbox goes before the
// kubeconfig's current context: a cluster that merely happens to be configured
// is offered, never taken.
func (m *model) suggest() {
	origin, before := m.answers.Origin(contextKey), m.answers.Spec.Cluster.Context
	m.reasons = m.answers.Suggest(m.cluster.facts)
	if m.opts.Sandbox != "" && (origin == question.FromDefault || origin == question.FromCluster) {
		if before == "" {
			before = m.opts.Sandbox
		}
		m.put(before)
	}
}

func (m *model) preferSandbox() {
	if m.opts.Sandbox != "" && m.answers.Spec.Cluster.Context == "" {
		m.put(m.opts.Sandbox)
	}
}

func (m *model) put(context string) {
	// Any text is a context name, so there is no error to meet.
	_ = m.answers.Set(contextKey, context, question.FromCluster)
	if context == m.opts.Sandbox {
		m.reasons[contextKey] = "made on this machine"
	}
}

// refresh shows new facts on the page.
func (m *model) refresh() tea.Cmd {
	if m.screen != asking {
		return nil
	}
	return m.build()
}

// follow looks at another cluster when another one was chosen. What the old
// one suggested is taken back.
func (m *model) follow() tea.Cmd {
	name := m.answers.Spec.Cluster.Context
	if name == m.cluster.target {
		return nil
	}
	origin := m.answers.Origin(contextKey)
	m.answers.Unsuggest()
	if origin == question.FromCluster {
		m.put(name)
	}
	return m.lookAt(name)
}

func (m *model) lookAgain() tea.Cmd {
	m.commit()
	return tea.Batch(m.readContexts(), m.lookAt(m.answers.Spec.Cluster.Context))
}

// lookAt asks a cluster what it has. The sandbox is not asked before the
// kubeconfig knows it: until then it is being built.
func (m *model) lookAt(name string) tea.Cmd {
	c := &m.cluster
	if c.cancel != nil {
		c.cancel()
	}
	c.look++
	c.target, c.err, c.cancel, c.looking = name, nil, nil, false
	c.facts = facts.Facts{Contexts: c.contexts}
	if name == "" || (name == m.opts.Sandbox && !c.knows(name)) {
		return nil
	}
	ctx, cancel := context.WithCancel(m.ctx)
	c.cancel, c.looking = cancel, true
	look := c.look
	return func() tea.Msg {
		var f facts.Facts
		err := guard(func() (err error) {
			f, err = m.opts.Look(ctx, name)
			return err
		})
		return factsMsg{look, f, err}
	}
}

func (c cluster) knows(name string) bool {
	return slices.ContainsFunc(c.contexts, func(k facts.Context) bool { return k.Name == name })
}

func (m *model) gotFacts(msg factsMsg) tea.Cmd {
	c := &m.cluster
	if msg.look != c.look {
		return nil
	}
	c.looking, c.err = false, msg.err
	if msg.err == nil {
		c.facts = msg.facts
		c.facts.Contexts = c.contexts
		m.suggest()
	}
	return tea.Batch(m.refresh(), m.replan())
}
