package deploy

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/kube"
)

// elsewhere is an installer on another machine: nobody here can see whether
// its process lives.
func elsewhere(name string) kube.Holder {
	return kube.Holder{Name: name, Process: "another-boot/pid:[1]/1/1", ID: name + "-id"}
}

func lockName(t *testing.T) string {
	t.Helper()
	return strings.ToLower(strings.NewReplacer("/", "-").Replace(t.Name()))
}

func acquire(t *testing.T, l *kube.Lock) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	return l.Acquire(ctx, func(string) {})
}

func giveBack(t *testing.T, l *kube.Lock) {
	t.Helper()
	if err := l.Release(context.Background()); err != nil {
		t.Error(err)
	}
}

// TestLockOfTheLiving has a contender find a holder that it can only know by
// its heartbeat.
func TestLockOfTheLiving(t *testing.T) {
	c, _ := cluster(t)
	for i := range 10 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			holder := kube.NewLock(c.Client, "default", lockName(t), nil, elsewhere("anna@laptop pid 7"))
			if err := acquire(t, holder); err != nil {
				t.Fatal(err)
			}
			defer giveBack(t, holder)
			time.Sleep(time.Duration(i) * 100 * time.Millisecond) // anywhere between two heartbeats
			for _, ask := range []func(*kube.Lock) error{
				func(l *kube.Lock) error { return l.Peek(context.Background()) },
				func(l *kube.Lock) error { return acquire(t, l) },
			} {
				began := time.Now()
				err := ask(kube.NewLock(c.Client, "default", lockName(t), nil, elsewhere("ben@desk pid 8")))
				if fault.KindOf(err) != fault.Busy || !strings.Contains(err.Error(), "anna@laptop pid 7") {
					t.Errorf("error: %v", err)
				}
				if took := time.Since(began); took > 2*time.Second {
					t.Errorf("it took %s", took)
				}
			}
			if err := holder.Valid(); err != nil {
				t.Errorf("the holder lost its lock: %v", err)
			}
		})
	}
}

// TestLockOfTheDead has two contenders find a holder that died on another
// machine: one takes the lock, not too early and not too late.
func TestLockOfTheDead(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	dead := elsewhere("dead@laptop pid 7")
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: lockName(t), Annotations: map[string]string{"sparkwiz.dev/holder": dead.Name, "sparkwiz.dev/process": dead.Process}}, Spec: coordinationv1.LeaseSpec{HolderIdentity: &dead.ID}}
	if _, err := c.Client.CoordinationV1().Leases("default").Create(context.Background(), lease, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	outcomes := make(chan error, 2)
	for i := range 2 {
		l := kube.NewLock(c.Client, "default", lockName(t), nil, elsewhere(fmt.Sprintf("heir %d", i)))
		if err := l.Peek(context.Background()); err != nil {
			t.Errorf("the dead holder counts as living: %v", err)
		}
		go func() {
			err := acquire(t, l)
			if err == nil {
				defer giveBack(t, l)
				time.Sleep(2 * time.Second) // The other must see it live.
			}
			outcomes <- err
		}()
	}
	first, second := <-outcomes, <-outcomes
	if first == nil {
		first, second = second, first
	}
	if second != nil || fault.KindOf(first) != fault.Busy {
		t.Fatalf("outcomes: %v and %v", first, second)
	}
	if took := time.Since(began); took < 15*time.Second || took > 24*time.Second {
		t.Errorf("the lock changed hands after %s", took)
	}
}

// TestLostLockStopsWrites has another installer take over while the holder
// believes to hold the lock: the next write must not get through.
func TestLostLockStopsWrites(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	holder := kube.NewLock(c.Client, "default", lockName(t), nil, elsewhere("slow@laptop"))
	if err := acquire(t, holder); err != nil {
		t.Fatal(err)
	}
	defer giveBack(t, holder)
	leases := c.Client.CoordinationV1().Leases("default")
	usurper := "somebody-else"
	for {
		lease, err := leases.Get(context.Background(), lockName(t), metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		lease.Spec.HolderIdentity = &usurper
		if _, err := leases.Update(context.Background(), lease, metav1.UpdateOptions{}); err == nil {
			break
		}
	}
	for deadline := time.Now().Add(3 * time.Second); holder.Valid() == nil; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the holder never noticed")
		}
	}
	f := &fence{}
	check := holder.Valid
	f.check.Store(&check)
	fenced, err := c.Through(f.around)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fenced.Client.CoreV1().Namespaces().Get(context.Background(), "default", metav1.GetOptions{}); err != nil {
		t.Errorf("reading is forbidden too: %v", err)
	}
	err = fenced.Client.CoreV1().ConfigMaps("default").Delete(context.Background(), "nothing", metav1.DeleteOptions{})
	if fault.KindOf(err) != fault.Busy || transient(err) {
		t.Errorf("a write behind the fence: %v", err)
	}
}

// TestLateHeartbeat: a heartbeat that was called off arrives all the same,
// just before the lock is given back. The lock must be free afterwards.
func TestLateHeartbeat(t *testing.T) {
	c, _ := cluster(t)
	t.Parallel()
	leases := c.Client.CoordinationV1().Leases("default")
	var wire traffic
	var releasing atomic.Bool
	wire.before = func(r *http.Request) error {
		if r.Method != http.MethodPut || !releasing.Swap(false) {
			return nil
		}
		lease, err := leases.Get(context.Background(), lockName(t), metav1.GetOptions{})
		if err != nil {
			return err
		}
		stamp := metav1.NowMicro()
		lease.Spec.RenewTime = &stamp
		_, err = leases.Update(context.Background(), lease, metav1.UpdateOptions{})
		return err
	}
	l := kube.NewLock(wire.watch(t, c).Client, "default", lockName(t), nil, elsewhere("anna@laptop pid 7"))
	if err := acquire(t, l); err != nil {
		t.Fatal(err)
	}
	releasing.Store(true)
	if err := l.Release(context.Background()); err != nil {
		t.Fatal(err)
	}
	lease, err := leases.Get(context.Background(), lockName(t), metav1.GetOptions{})
	if err != nil || lease.Spec.HolderIdentity != nil {
		t.Errorf("the lock is still held: %v", err)
	}
}
