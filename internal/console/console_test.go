package console_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/colorprofile"

	"github.com/sparkwiz/sparkwiz/internal/console"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// buffered is a console nobody looks at.
func buffered(env ...string) (c *console.Console, out, err *bytes.Buffer) {
	out, err = &bytes.Buffer{}, &bytes.Buffer{}
	return console.New(strings.NewReader(""), out, err, env), out, err
}

func TestError(t *testing.T) {
	one := fault.New(fault.Usage, "there is no cluster", "sparkwiz sandbox up")
	two := fault.New(fault.Usage, "the name is bad", "--set name=spark")
	tests := map[string]struct {
		err  error
		want string
	}{
		"nothing":    {nil, ""},
		"plain":      {errors.New("boom"), "sparkwiz: boom\n"},
		"with cause": {fault.Wrap(errors.New("refused"), fault.Failed, "no answer", "kubectl version"), "sparkwiz: no answer: refused\n  try: kubectl version\n"},
		"two hints":  {fault.New(fault.Failed, "stuck", "one\ntwo"), "sparkwiz: stuck\n  try: one\n  try: two\n"},
		"wrapped":    {fmt.Errorf("a.yaml: %w", one), "sparkwiz: a.yaml: there is no cluster\n  try: sparkwiz sandbox up\n"},
		"one joined": {errors.Join(one, nil), "sparkwiz: there is no cluster\n  try: sparkwiz sandbox up\n"},
		"joined": {
			errors.Join(one, two),
			"sparkwiz: 2 things are wrong\n  • there is no cluster\n    try: sparkwiz sandbox up\n  • the name is bad\n    try: --set name=spark\n",
		},
		"joined in a file": {
			fmt.Errorf("a.yaml: %w", errors.Join(one, errors.Join(two))),
			"sparkwiz: a.yaml\n  • there is no cluster\n    try: sparkwiz sandbox up\n  • the name is bad\n    try: --set name=spark\n",
		},
		"joined with a general hint": {
			fault.Wrap(errors.Join(one, errors.New("boom")), fault.Usage, "not planned", "sparkwiz questions"),
			"sparkwiz: not planned\n  • there is no cluster\n    try: sparkwiz sandbox up\n  • boom\n  try: sparkwiz questions\n",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, out, stderr := buffered("TERM=xterm-256color")
			c.Error(tt.err)
			if got := stderr.String(); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
			if out.Len() > 0 {
				t.Errorf("stdout is data; got %q", out)
			}
		})
	}
}

func TestColour(t *testing.T) {
	tests := map[string]struct {
		env  []string
		want colorprofile.Profile
	}{
		"a pipe":                      {[]string{"TERM=xterm-256color"}, colorprofile.NoTTY},
		"a pipe that wants colour":    {[]string{"TERM=xterm-256color", "CLICOLOR_FORCE=1"}, colorprofile.ANSI256},
		"NO_COLOR on a terminal":      {[]string{"TERM=xterm-256color", "TTY_FORCE=1", "NO_COLOR=1"}, colorprofile.ASCII},
		"NO_COLOR with any value":     {[]string{"TERM=xterm-256color", "TTY_FORCE=1", "NO_COLOR=please"}, colorprofile.ASCII},
		"an empty NO_COLOR is unset":  {[]string{"TERM=xterm-256color", "TTY_FORCE=1", "NO_COLOR="}, colorprofile.ANSI256},
		"a dumb terminal":             {[]string{"TERM=dumb", "TTY_FORCE=1"}, colorprofile.NoTTY},
		"a dumb one that is coloured": {[]string{"TERM=dumb", "CLICOLOR_FORCE=1"}, colorprofile.ANSI},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if c, _, _ := buffered(tt.env...); c.ErrColour != tt.want {
				t.Errorf("got %v, want %v", c.ErrColour, tt.want)
			}
		})
	}
}

func TestNobodyAnswersAPipe(t *testing.T) {
	if c, _, _ := buffered("TERM=xterm"); c.Interactive() || c.Width != 80 {
		t.Errorf("interactive %v, width %d", c.Interactive(), c.Width)
	}
	if c, _, _ := buffered("COLUMNS=132"); c.Width != 132 {
		t.Errorf("width %d, COLUMNS says 132", c.Width)
	}
}

func TestPlain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, out, stderr := buffered()
		observe, stop := c.Plain(30 * time.Second)
		defer stop()
		observe(progress.Event{Step: "release/a", Title: "A", State: progress.Waiting, Reason: "needs b"})
		observe(progress.Event{Step: "release/b", State: progress.Settling, Ready: 0, Want: 1, Reason: "pod b-0: pulling"})
		observe(progress.Event{Step: "release/b", State: progress.Settling, Ready: 0, Want: 1, Reason: "pod b-0: pulling"})
		time.Sleep(31 * time.Second)
		observe(progress.Event{Step: "release/b", State: progress.Done, Took: 31 * time.Second, Output: "row 1\nrow 2\n"})
		observe(progress.Event{Step: "release/a", State: progress.Failed, Reason: "no such image", Hint: "kubectl get pods"})
		time.Sleep(31 * time.Second)
		synctest.Wait()
		want := "" +
			"  0:00  A: waiting: needs b\n" +
			"  0:00  release/b: settling, 0 of 1 ready: pod b-0: pulling\n" +
			"  0:30  release/b: still settling, 0 of 1 ready: pod b-0: pulling, since 0:30\n" +
			"  0:31  release/b: done, in 0:31\n        row 1\n        row 2\n" +
			"  0:31  A: failed: no such image\n        try: kubectl get pods\n"
		if got := stderr.String(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if out.Len() > 0 {
			t.Errorf("stdout is data; got %q", out)
		}
	})
}

func TestJSON(t *testing.T) {
	c, out, _ := buffered()
	observe := c.JSON()
	observe(progress.Event{Step: "verify/query", State: progress.Done, Output: "a<b"})
	observe(progress.Event{Step: "verify/query", State: progress.Done})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"output":"a<b"`) {
		t.Errorf("want one event per line, got %q", out)
	}
}

func TestTable(t *testing.T) {
	c, out, _ := buffered()
	c.Table([]string{"release", ">cpu", "needs"}, [][]string{{"postgresql", "0.1", ""}, {"größe", "12", "postgresql"}})
	want := "release     cpu  needs\npostgresql  0.1\ngröße        12  postgresql\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0:00", 7 * time.Second: "0:07", 723 * time.Second: "12:03", 3723 * time.Second: "1:02:03"} {
		if got := console.Clock(d); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}
