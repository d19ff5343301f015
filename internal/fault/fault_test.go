package fault_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

func TestError(t *testing.T) {
	denied := fault.New(fault.Denied, "not allowed to list pods", "kubectl auth can-i list pods")
	wrapped := fault.Wrap(fs.ErrNotExist, fault.Usage, "the answers cannot be read", "")
	tests := map[string]struct {
		err   error
		text  string
		kind  fault.Kind
		hints []string
	}{
		"plain":        {errors.New("oops"), "oops", fault.Failed, nil},
		"new":          {denied, "not allowed to list pods", fault.Denied, []string{"kubectl auth can-i list pods"}},
		"with a cause": {wrapped, "the answers cannot be read: file does not exist", fault.Usage, nil},
		"inside fmt":   {fmt.Errorf("dev: %w", denied), "dev: not allowed to list pods", fault.Denied, []string{"kubectl auth can-i list pods"}},
		"the outer kind wins": {
			fault.Wrap(denied, fault.Partial, "half done", "sparkwiz apply"), "half done: not allowed to list pods", fault.Partial,
			[]string{"sparkwiz apply", "kubectl auth can-i list pods"},
		},
		"joined": {
			errors.Join(errors.New("a"), denied, nil, fmt.Errorf("b: %w, %w", denied, fault.New(fault.Usage, "c", "c?"))),
			"a\nnot allowed to list pods\nb: not allowed to list pods, c", fault.Denied,
			[]string{"kubectl auth can-i list pods", "c?"},
		},
	}
	for name, tt := range tests {
		if tt.err.Error() != tt.text {
			t.Errorf("%s: %q, want %q", name, tt.err.Error(), tt.text)
		}
		if got := fault.KindOf(tt.err); got != tt.kind {
			t.Errorf("%s: kind %v, want %v", name, got, tt.kind)
		}
		if got := fault.Hints(tt.err); !slices.Equal(got, tt.hints) {
			t.Errorf("%s: hints %q, want %q", name, got, tt.hints)
		}
	}
	if !errors.Is(wrapped, fs.ErrNotExist) {
		t.Error("the cause is lost")
	}
	if fault.KindOf(nil) != fault.Failed || fault.Hints(nil) != nil {
		t.Error("no error has a kind or a hint")
	}
}
