// Package console is the terminal that people see: which streams there are,
// how wide and how colourful they are, and how errors, progress and tables are
// written to them. Data goes to Out; what is meant for people goes to Err.
package console

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/term"
)

// Console is one set of streams.
type Console struct {
	In  io.Reader
	Out io.Writer // data, and nothing else
	Err io.Writer // for people

	InTTY, OutTTY, ErrTTY bool

	OutColour, ErrColour colorprofile.Profile
	Width                int      // columns for people; 80 when nobody says
	Env                  []string // as in os.Environ
}

// System is the console of this process.
func System() *Console {
	return New(os.Stdin, os.Stdout, os.Stderr, os.Environ())
}

// New is a console over any streams. Files that are terminals are noticed;
// NO_COLOR, CLICOLOR, CLICOLOR_FORCE and TERM=dumb are honoured.
func New(in io.Reader, out, err io.Writer, env []string) *Console {
	env = noColour(env)
	c := &Console{
		In: in, Out: out, Err: err, Env: env,
		InTTY: terminal(in), OutTTY: terminal(out), ErrTTY: terminal(err),
		OutColour: colorprofile.Detect(out, env), ErrColour: colorprofile.Detect(err, env),
	}
	c.Width = width(err, out, c.Getenv("COLUMNS"))
	return c
}

// Getenv looks a variable up in the console's environment; the last one wins,
// as in a process.
func (c *Console) Getenv(name string) string {
	value := ""
	for _, e := range c.Env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			value = v
		}
	}
	return value
}

// Interactive reports whether somebody can answer: there are a keyboard, and a
// screen that understands cursor movements.
func (c *Console) Interactive() bool {
	return c.InTTY && (c.OutTTY || c.ErrTTY) && !c.Dumb()
}

// Dumb reports whether the terminal cannot move its cursor.
func (c *Console) Dumb() bool { return c.Getenv("TERM") == "dumb" }

// Screen is where full pages are drawn: stdout, or stderr when stdout is a
// pipe that wants data.
func (c *Console) Screen() (io.Writer, colorprofile.Profile) {
	if !c.OutTTY && c.ErrTTY {
		return c.Err, c.ErrColour
	}
	return c.Out, c.OutColour
}

// people writes styled text to Err, with the colours that Err can show.
func (c *Console) people() io.Writer {
	return &colorprofile.Writer{Forward: c.Err, Profile: c.ErrColour}
}

// noColour makes any non-empty NO_COLOR count, as no-color.org has it; the
// library wants a truth value.
func noColour(env []string) []string {
	var out []string
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, "NO_COLOR="); ok && v != "" {
			e = "NO_COLOR=1"
		}
		out = append(out, e)
	}
	return out
}

func terminal(stream any) bool {
	f, ok := stream.(term.File)
	return ok && term.IsTerminal(f.Fd())
}

// Secret asks for a value that nobody is to see: on a terminal without echo,
// otherwise a line of a pipe, such as a password manager's.
func (c *Console) Secret(prompt string) ([]byte, error) {
	if f, ok := c.In.(term.File); ok && c.InTTY {
		fmt.Fprint(c.Err, prompt)
		value, err := term.ReadPassword(f.Fd())
		fmt.Fprintln(c.Err)
		return value, err
	}
	var line []byte
	one := make([]byte, 1)
	for {
		// A byte at a time: what follows the line is the next value's.
		n, err := c.In.Read(one)
		switch {
		case n == 1 && one[0] == '\n':
			return bytes.TrimSuffix(line, []byte("\r")), nil
		case n == 1:
			line = append(line, one[0])
		case err == io.EOF && len(line) > 0:
			return line, nil
		case err != nil:
			return nil, err
		}
	}
}

func width(err, out io.Writer, columns string) int {
	for _, stream := range []any{err, out} {
		if f, ok := stream.(term.File); ok {
			if w, _, e := term.GetSize(f.Fd()); e == nil && w > 0 {
				return w
			}
		}
	}
	if n, e := strconv.Atoi(columns); e == nil && n > 0 {
		return n
	}
	return 80
}
