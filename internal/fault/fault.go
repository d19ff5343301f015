// Package fault is the error that people read: what failed in their words,
// and what to do about it as a command to paste. Every package may use it.
package fault

import "errors"

// Kind says which sort of trouble an error is. The command line turns it into
// an exit code; nothing else does.
type Kind int

// The kinds of trouble.
const (
	Failed      Kind = iota // something did not work
	Usage                   // the question was wrong: a flag, a key, a missing answer
	Faults                  // checks ran and found faults
	Denied                  // not logged in, or not allowed
	Busy                    // somebody else is installing
	Partial                 // partly installed; running it again goes on
	Interrupted             // the user stopped it
)

// Error says what failed and what to do.
type Error struct {
	Kind Kind
	What string // a sentence without a full stop, in the user's words
	Hint string // usually a command to paste; may have several lines
	Err  error  // the cause, for errors.Is and for the last words of the message
}

// New makes an error of a kind with a hint.
func New(kind Kind, what, hint string) *Error {
	return &Error{Kind: kind, What: what, Hint: hint}
}

// Wrap keeps the cause: it ends the message, and errors.Is finds it.
func Wrap(err error, kind Kind, what, hint string) *Error {
	return &Error{Kind: kind, What: what, Hint: hint, Err: err}
}

func (e *Error) Error() string {
	if e.Err == nil {
		return e.What
	}
	return e.What + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf is the kind of an error, Failed when it does not say.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Failed
}

// Hints gathers the hints of all errors that are joined or wrapped in err, in
// order and each once.
func Hints(err error) []string {
	var hints []string
	seen := map[string]bool{}
	var walk func(error)
	walk = func(err error) {
		if err == nil {
			return
		}
		if e, ok := err.(*Error); ok && e.Hint != "" && !seen[e.Hint] { //nolint:errorlint // every level is visited below
			seen[e.Hint] = true
			hints = append(hints, e.Hint)
		}
		switch u := err.(type) { //nolint:errorlint // this is the unwrapping itself
		case interface{ Unwrap() error }:
			walk(u.Unwrap())
		case interface{ Unwrap() []error }:
			for _, inner := range u.Unwrap() {
				walk(inner)
			}
		}
	}
	walk(err)
	return hints
}
