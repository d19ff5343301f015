package tracing

import (
	"net/http"
	"sync/atomic"
	"time"
)

// alive is when the last round went well, as nanoseconds since 1970; 0: none has so far.
type alive struct{ at atomic.Int64 }

func (a *alive) now() { a.at.Store(time.Now().UnixNano()) }

// rounds is how many rounds may fail in a row before the follower is not ready.
const rounds = 4

// Health answers the kubelet: /livez while the process answers at all, for a target that is away is no reason to start it
// again; /readyz when the logs could be read and what they had arrived lately.
func (f *Follower) Health() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		// A round may take a while by itself, when there is much to read.
		if time.Since(time.Unix(0, f.alive.at.Load())) > rounds*f.Every+2*time.Minute {
			http.Error(w, "the logs cannot be read, or their traces not be sent", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
	return mux
}
