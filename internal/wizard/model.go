package wizard

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/question"
)

// screen is which page is shown.
type screen int

const (
	asking screen = iota
	reviewing
	confirming
	working
	finished
	failed
)

// model is the whole program. Its parts are structs with methods, not models
// of their own; Update does no I/O, and commands only send messages.
type model struct {
	ctx  context.Context // ends when the process is asked to end
	gone chan struct{}   // closed when the program has ended
	opts Options

	width, height int
	now           time.Time
	ticking       bool

	rows    []question.Question // all there are
	answers question.Answers
	drafts  map[string]string // typed text that is no answer, e.g. a number that is none
	reasons map[string]string // why the cluster suggests what it suggests
	warned  map[string]string // text that was already found wrong: leaving it again is deliberate
	visited map[string]bool   // pages that were left forwards

	screen screen
	page   string // ID, while asking
	jumped bool   // came from the review, and goes back there
	form   form
	review review
	final  *choice // what to do after the review

	cluster cluster
	planned planned
	probe   probe
	reading bool // the plan is shown in full
	offset  int  // of whatever is scrolled
	help    help

	background ledger
	work       ledger
	job        *job
	started    time.Time
	took       time.Duration
	stopping   bool // the installation was interrupted
	leaving    bool // the answers are being saved on the way out
	logging    bool // the log pane is open
	after      []string

	note    string // the line above the keys
	outcome Outcome
	err     error
}

// help is whether the help text is shown: by itself when there is room,
// otherwise as the user wants.
type help int

const (
	helpIfRoom help = iota
	helpShown
	helpHidden
)

func newModel(ctx context.Context, o Options) *model {
	m := &model{
		ctx: ctx, gone: make(chan struct{}), opts: o, width: 80, height: 24, now: time.Now(),
		rows:    question.Rows(),
		answers: o.Answers.Clone(),
		drafts:  map[string]string{}, reasons: map[string]string{}, warned: map[string]string{}, visited: map[string]bool{},
	}
	m.cluster.target = m.answers.Spec.Cluster.Context
	m.preferSandbox()
	m.begin()
	return m
}

// begin opens the first page with something to answer; with everything
// answered, that is the review.
func (m *model) begin() {
	missing := m.answers.Missing()
	if len(missing) == 0 {
		m.openReview()
		return
	}
	m.openPage(missing[0].Page, "")
}

// Init starts what is read meanwhile. The first frame does not wait for it.
func (m *model) Init() tea.Cmd {
	cmds := []tea.Cmd{m.readContexts(), m.replan()}
	if m.opts.Background != nil {
		cmds = append(cmds, m.listenBackground)
	}
	return tea.Batch(cmds...)
}

// Update handles one message.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	m.now = time.Now()
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = msg.Width, msg.Height
		return m, nil
	case tea.KeyPressMsg:
		m.note = ""
		return m, tea.Batch(m.press(msg), m.replan(), m.reprobe())
	case interruptMsg:
		return m, m.interrupt()
	case tickMsg:
		return m, m.tock()
	case contextsMsg:
		return m, m.gotContexts(msg)
	case factsMsg:
		return m, tea.Batch(m.gotFacts(msg), m.reprobe())
	case planDueMsg:
		return m, m.makePlan(msg.want)
	case plannedMsg:
		return m, m.gotPlan(msg)
	case renderedMsg:
		m.gotObjects(msg)
		return m, nil
	case probeDueMsg:
		return m, m.runProbe(msg)
	case probedMsg:
		m.gotProbe(msg)
		return m, nil
	case savedMsg:
		return m, m.saved(msg)
	case backgroundMsg:
		return m, m.gotBackground(msg)
	case eventsMsg:
		for _, e := range msg {
			m.work.add(e, m.now)
		}
		return m, m.job.listen
	case installedMsg:
		return m, m.installed(msg)
	}
	// Blinking cursors, pastes and the like.
	if _, paste := msg.(tea.PasteMsg); m.screen == asking && !(paste && m.reading) {
		return m, tea.Batch(m.form.focused().update(msg), m.replan())
	}
	return m, nil
}

// press handles a key: first those that mean the same everywhere.
func (m *model) press(msg tea.KeyPressMsg) tea.Cmd {
	switch key := msg.String(); {
	case key == "ctrl+c":
		return m.interrupt()
	case m.leaving:
		return nil
	case m.reading:
		m.pressReading(key)
		return nil
	case key == "ctrl+s" && m.screen < working:
		m.commit()
		return m.save(stay)
	case key == "ctrl+p" && m.screen < working:
		m.reading, m.offset = true, 0
		return nil
	default:
		return m.pressPage(msg)
	}
}

func (m *model) pressPage(msg tea.KeyPressMsg) tea.Cmd {
	key := msg.String()
	switch m.screen {
	case asking:
		return m.pressAsking(msg)
	case reviewing:
		return m.pressReview(key)
	case confirming:
		return m.pressConfirm(key)
	case working:
		m.pressWorking(key)
		return nil
	default:
		return m.pressEnd(key)
	}
}

// interrupt is Ctrl-C, SIGTERM and SIGHUP. While asking it saves and leaves;
// during an installation it stops that first. A second one leaves at once.
func (m *model) interrupt() tea.Cmd {
	switch {
	case m.screen == working && !m.stopping:
		m.stopping = true
		m.job.cancel()
		return nil
	case m.screen == working:
		m.err = stopped("the installation was left while it was still stopping", m.opts.Resume)
		m.outcome.Summary = m.unfinished()
		return tea.Quit
	case m.screen > working, m.leaving:
		return tea.Quit
	}
	m.commit()
	m.leaving = true
	return m.save(leave)
}

func (m *model) save(then next) tea.Cmd {
	answers := m.answers.Clone()
	return func() tea.Msg {
		var path string
		err := guard(func() (err error) {
			path, err = m.opts.Save(answers)
			return err
		})
		return savedMsg{path, err, then}
	}
}

func (m *model) saved(msg savedMsg) tea.Cmd {
	if m.leaving && msg.then != leave {
		return nil // It was asked for before the Ctrl-C.
	}
	if msg.err != nil {
		m.note = gWarn + " not saved: " + oneLine(msg.err.Error())
		if msg.then == leave {
			m.note = gWarn + " ctrl+c again leaves without saving: " + oneLine(msg.err.Error())
		}
		return nil
	}
	m.outcome.SavedTo = msg.path
	switch msg.then {
	case leave:
		m.outcome.Action = Saved
		return tea.Quit
	case leaveWithFiles:
		m.outcome.Action = FilesOnly
		return tea.Quit
	case install:
		return m.startInstall()
	default:
		m.note = gDone + " saved to " + msg.path
		return nil
	}
}

// tock moves the clocks of the page; it goes on only while something runs.
func (m *model) tock() tea.Cmd {
	m.ticking = m.screen == working || len(m.background.in(progress.Running, progress.Settling)) > 0
	if !m.ticking {
		return nil
	}
	return tick()
}

// wake starts the clock unless it runs already.
func (m *model) wake() tea.Cmd {
	if m.ticking {
		return nil
	}
	m.ticking = true
	return tick()
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
