package deploy

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// transient reports whether the same call may succeed a moment later. Every
// step looks again before it acts again, so a write whose reply was lost is
// not done twice.
func transient(err error) bool {
	var known *fault.Error
	var network net.Error
	switch {
	case err == nil, errors.As(err, &known), errors.Is(err, context.Canceled):
		return false
	case apierrors.IsTooManyRequests(err), apierrors.IsServerTimeout(err), apierrors.IsTimeout(err), apierrors.IsInternalError(err),
		apierrors.IsServiceUnavailable(err), apierrors.IsConflict(err), apierrors.IsAlreadyExists(err):
		return true
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return true
	}
	// Helm turns some errors into text.
	for _, mark := range []string{
		"connection refused", "connection reset", "EOF", "etcdserver:", "TLS handshake timeout", "client connection lost",
		"the object has been modified", "failed calling webhook", "the server is currently unable", "Too Many Requests",
		"no matches for kind", // of a CRD that has just come
	} {
		if strings.Contains(err.Error(), mark) {
			return true
		}
	}
	return false
}

// backoff is how long to wait before the nth retry: twice as long each time,
// 10 s at most, and never the same for two steps that failed together.
func backoff(n int) time.Duration {
	d := min(10*time.Second, 250*time.Millisecond<<min(n, 10))
	return d/2 + rand.N(d/2)
}

// glance is the time between two looks at what is waited for.
const glance = 500 * time.Millisecond

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
