package kube

import (
	"context"
	"errors"
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

// take writes our name into the lease, as it was read. The first heartbeat
// follows by itself.
func (l *Lock) take(ctx context.Context, lease *coordinationv1.Lease) error {
	sent := time.Now()
	stamp, seconds := metav1.NewMicroTime(sent), int32(expiry.Seconds())
	if lease.Annotations == nil {
		lease.Annotations = map[string]string{}
	}
	lease.Annotations[holderName], lease.Annotations[holderProcess] = l.me.Name, l.me.Process
	lease.Spec = coordinationv1.LeaseSpec{HolderIdentity: &l.me.ID, LeaseDurationSeconds: &seconds, AcquireTime: &stamp, RenewTime: &stamp}
	var err error
	if lease.ResourceVersion == "" {
		lease, err = l.leases.Create(ctx, lease, metav1.CreateOptions{})
	} else {
		lease, err = l.leases.Update(ctx, lease, metav1.UpdateOptions{})
	}
	if err != nil {
		return err
	}
	beating, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	l.mu.Lock()
	l.lease, l.renewed, l.lost = lease, sent, nil
	l.stop = func() { stop(); <-done }
	l.mu.Unlock()
	go func() {
		defer close(done)
		l.beat(beating)
	}()
	return nil
}

// beat renews until it is stopped or the lease is somebody else's.
func (l *Lock) beat(ctx context.Context) {
	for sleep(ctx, heartbeat) == nil {
		if err := l.renew(ctx); errors.Is(err, errTaken) {
			l.mu.Lock()
			l.lost = err
			l.mu.Unlock()
			return
		}
	}
}

var errTaken = errors.New("another installer has taken over")

func (l *Lock) renew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, expiry/3)
	defer cancel()
	sent := time.Now()
	l.mu.Lock()
	lease := l.lease.DeepCopy()
	l.mu.Unlock()
	stamp := metav1.NewMicroTime(sent)
	lease.Spec.RenewTime = &stamp
	updated, err := l.leases.Update(ctx, lease, metav1.UpdateOptions{})
	if apierrors.IsConflict(err) {
		// Perhaps our own renewal whose reply was lost: look before giving up.
		if updated, err = l.leases.Get(ctx, l.name, metav1.GetOptions{}); err == nil && !l.mine(updated) {
			return errTaken
		}
	}
	if apierrors.IsNotFound(err) {
		return errTaken
	}
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lease, l.renewed = updated, sent
	return nil
}

func (l *Lock) mine(lease *coordinationv1.Lease) bool {
	return lease.Spec.HolderIdentity != nil && *lease.Spec.HolderIdentity == l.me.ID
}

// Valid is nil while nobody else can have the lock. Every write asks it: a
// process that was stopped for a while must not go on where another has taken
// over.
func (l *Lock) Valid() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.lost != nil:
		return fault.Wrap(l.lost, fault.Busy, "the lock on this platform was lost", "sparkwiz status")
	case time.Since(l.renewed) > expiry-margin:
		return fault.New(fault.Busy, fmt.Sprintf("the lock on this platform could not be renewed for %d s", int(time.Since(l.renewed).Seconds())), "sparkwiz status")
	}
	return nil
}

// Release gives the lock back, so that the next installer need not wait. A
// lock that is not held is left alone.
func (l *Lock) Release(ctx context.Context) error {
	l.mu.Lock()
	stop, lease := l.stop, l.lease
	l.stop = nil
	l.mu.Unlock()
	if stop == nil {
		return nil
	}
	stop()
	lease, err := l.leases.Get(ctx, l.name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) || err == nil && !l.mine(lease) {
		return nil
	}
	if err != nil {
		return err
	}
	lease.Spec.HolderIdentity = nil
	lease.Spec.RenewTime, lease.Spec.AcquireTime = nil, nil
	_, err = l.leases.Update(ctx, lease, metav1.UpdateOptions{})
	return err
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
