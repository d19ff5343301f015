package kube

import (
	"context"
	"fmt"
	"sync"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	coordination "k8s.io/client-go/kubernetes/typed/coordination/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// The rhythm of a lease. A contender must see one heartbeat to know that the
// holder lives, and a heartbeat a second lets it say so within two, as no
// clock of another machine can be trusted to tell how old the last one is. A
// holder stops writing a while before others may take the lease.
const (
	heartbeat = time.Second
	expiry    = 15 * time.Second // without a heartbeat, on the contender's own clock
	margin    = 4 * time.Second
	glance    = 250 * time.Millisecond
)

const (
	holderName    = "sparkwiz.dev/holder"
	holderProcess = "sparkwiz.dev/process"
)

// Lock is a Lease that one installer holds while it writes.
type Lock struct {
	leases coordination.LeaseInterface
	name   string
	labels map[string]string
	me     Holder

	seen   string    // last heartbeat of another holder
	seenAt time.Time // when it was first seen; zero before

	mu      sync.Mutex
	lease   *coordinationv1.Lease
	renewed time.Time // when the last renewal that succeeded was sent
	lost    error
	stop    func()
}

// NewLock prepares a lock; it makes no call. labels mark the Lease as ours.
func NewLock(client kubernetes.Interface, namespace, name string, labels map[string]string, me Holder) *Lock {
	return &Lock{leases: client.CoordinationV1().Leases(namespace), name: name, labels: labels, me: me}
}

// Peek returns a Busy fault if another installer holds the lock and lives. It
// writes nothing, and takes two seconds at most: that a holder is dead is for
// Acquire to find out.
func (l *Lock) Peek(ctx context.Context) error {
	for until := time.Now().Add(2*heartbeat - glance); ; {
		lease, err := l.leases.Get(ctx, l.name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return err
		}
		free, err := l.judge(lease)
		if free || err != nil || time.Now().After(until) {
			return err
		}
		if err := sleep(ctx, glance); err != nil {
			return err
		}
	}
}

// Acquire takes the lock and keeps it until Release. It waits for a holder
// that gives no sign of life to expire, saying so to notice, and fails with
// Busy as soon as the holder is seen to live.
func (l *Lock) Acquire(ctx context.Context, notice func(string)) error {
	for {
		lease, err := l.leases.Get(ctx, l.name, metav1.GetOptions{})
		switch {
		case apierrors.IsNotFound(err):
			lease = &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: l.name, Labels: l.labels}}
		case err != nil:
			return err
		}
		free, err := l.judge(lease)
		if err != nil {
			return err
		}
		if free {
			err := l.take(ctx, lease)
			if !apierrors.IsConflict(err) && !apierrors.IsAlreadyExists(err) {
				return err
			}
			continue // Somebody was faster: look who.
		}
		notice(fmt.Sprintf("%s began installing and has not been heard of for %d s; taking over after %d s",
			lease.Annotations[holderName], int(time.Since(l.seenAt).Seconds()), int(expiry.Seconds())))
		if err := sleep(ctx, glance); err != nil {
			return err
		}
	}
}

// judge says whether the lease may be taken. Busy when its holder is seen to
// live; neither when that is not known yet.
func (l *Lock) judge(lease *coordinationv1.Lease) (free bool, busy error) {
	if lease.Spec.HolderIdentity == nil || *lease.Spec.HolderIdentity == "" {
		return true, nil
	}
	other := Holder{Name: lease.Annotations[holderName], Process: lease.Annotations[holderProcess], ID: *lease.Spec.HolderIdentity}
	switch other.vitality() {
	case alive:
		return false, occupied(other, lease)
	case dead:
		return true, nil
	}
	beat := other.ID + lease.ResourceVersion
	switch {
	case l.seenAt.IsZero():
		l.seen, l.seenAt = beat, time.Now()
	case l.seen != beat:
		return false, occupied(other, lease)
	}
	return time.Since(l.seenAt) >= expiry, nil
}

func occupied(h Holder, lease *coordinationv1.Lease) error {
	since := ""
	if t := lease.Spec.AcquireTime; t != nil {
		since = " since " + t.Local().Format(time.TimeOnly)
	}
	return fault.New(fault.Busy, fmt.Sprintf("%s is installing this platform%s", h.Name, since), "sparkwiz status   # and try again when it is done")
}

// Release gives the lock back, so that the next installer need not wait. A
// lock that is not held is left alone.
func (l *Lock) Release(ctx context.Context) error {
	l.mu.Lock()
	stop := l.stop
	l.stop = nil
	l.mu.Unlock()
	if stop == nil {
		return nil
	}
	stop()
	for {
		lease, err := l.leases.Get(ctx, l.name, metav1.GetOptions{})
		if apierrors.IsNotFound(err) || err == nil && !l.mine(lease) {
			return nil
		}
		if err != nil {
			return err
		}
		lease.Spec.HolderIdentity = nil
		lease.Spec.RenewTime, lease.Spec.AcquireTime = nil, nil
		// A heartbeat that was called off may still arrive between the two.
		if _, err = l.leases.Update(ctx, lease, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
			return err
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
