package progress_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/progress"
)

func TestEnded(t *testing.T) {
	for state, want := range map[progress.State]bool{
		progress.Waiting: false, progress.Running: false, progress.Settling: false,
		progress.Done: true, progress.Same: true, progress.Failed: true, progress.Skipped: true,
	} {
		if state.Ended() != want {
			t.Errorf("%s: ended %v", state, !want)
		}
	}
}

// TestJSON pins the lines of -o json: scripts read them.
func TestJSON(t *testing.T) {
	tests := map[string]progress.Event{
		`{"time":"2026-01-02T03:04:05Z","step":"namespace/spark","state":"waiting"}`: {Step: "namespace/spark", State: progress.Waiting},
		`{"time":"2026-01-02T03:04:05Z","step":"release/a","title":"A","state":"failed","reason":"r","hint":"h","ready":1,"want":2,"took":1500000000,"expect":1000000000,"output":"o"}`: {
			Step: "release/a", Title: "A", State: progress.Failed, Reason: "r", Hint: "h", Ready: 1, Want: 2, Took: 1500 * time.Millisecond, Expect: time.Second, Output: "o",
		},
	}
	for want, e := range tests {
		e.Time = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
		got, err := json.Marshal(e)
		if err != nil || string(got) != want {
			t.Errorf("got  %s (%v)\nwant %s", got, err, want)
		}
	}
}
