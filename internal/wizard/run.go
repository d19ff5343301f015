package wizard

import (
	"context"
	"errors"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Run shows the wizard until it is left. It is one program on the screen from
// the first question to the result. The error is that of the installation, of
// kind fault.Interrupted when the user stopped it; leaving the questions is no
// error. ctx ends like a Ctrl-C: cancel it on SIGTERM and SIGHUP.
func Run(ctx context.Context, o Options) (Outcome, error) {
	// The program must outlive ctx to save and to wait for the installation.
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	m := newModel(inner, o)
	screen, profile := o.Console.Screen()
	p := tea.NewProgram(m,
		tea.WithInput(o.Console.In), tea.WithOutput(screen),
		tea.WithEnvironment(o.Console.Env), tea.WithColorProfile(profile),
		tea.WithoutSignalHandler())
	stop := context.AfterFunc(ctx, func() { p.Send(interruptMsg{}) })
	defer stop()
	_, err := p.Run()
	close(m.gone)
	m.outcome.Answers = m.answers
	if err != nil && !errors.Is(err, tea.ErrInterrupted) {
		return m.outcome, fault.Wrap(err, fault.Failed, "the terminal could not be used", "sparkwiz --accessible")
	}
	return m.outcome, m.err
}

// alphabet is which letters a terminal can show.
type alphabet int

const (
	unicodeText alphabet = iota
	plainText
)

// letters guesses from the locale: the Linux console and locales that name
// another encoding get plain letters. Where nothing is said, terminals of
// today show Unicode.
func (m *model) letters() alphabet { return letters(m.opts.Console) }

func letters(c *console.Console) alphabet {
	if c.Getenv("TERM") == "linux" {
		return plainText
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToUpper(c.Getenv(name)); v != "" {
			if strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8") {
				return unicodeText
			}
			return plainText
		}
	}
	return unicodeText
}
