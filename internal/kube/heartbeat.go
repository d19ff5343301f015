package kube

import (
	"context"
	"errors"
	"fmt"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

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
