package access

import (
	"context"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
)

// ask says something through a new connection, ends its sending and returns
// all that comes back.
func ask(t *testing.T, addr, text string) string {
	t.Helper()
	conn := dial(t, addr)
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	if err := conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

func dial(t *testing.T, addr string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn.(*net.TCPConn)
}

func TestForward(t *testing.T) {
	a, c := newAPI(t, map[string]bool{"pod-a": true})
	addr, err := Forward(t.Context(), c, "spark", "connect", 15002, 0, progress.Nobody)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(addr, "127.0.0.1:") {
		t.Errorf("%s can be reached from elsewhere", addr)
	}
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			text := strings.Repeat(strconv.Itoa(i), 100_000)
			if got := ask(t, addr, text); got != "pod-a:"+text {
				t.Errorf("connection %d: %d bytes came back, not %d", i, len(got), len(text)+6)
			}
		})
	}
	all.Wait()
	if n := a.dialled(); n != 1 {
		t.Errorf("%d links for one pod", n)
	}
}

func TestForwardFollowsThePod(t *testing.T) {
	for name, cut := range map[string]bool{
		"its link breaks":           true,
		"its link outlives the pod": false, // an upgraded connection does not notice that
	} {
		t.Run(name, func(t *testing.T) {
			a, c := newAPI(t, map[string]bool{"pod-a": true})
			addr, err := Forward(t.Context(), c, "spark", "connect", 15002, 0, progress.Nobody)
			if err != nil {
				t.Fatal(err)
			}
			if got := ask(t, addr, "x"); got != "pod-a:x" {
				t.Fatalf("got %q", got)
			}
			open := dial(t, addr)
			if _, err := io.ReadFull(open, make([]byte, 6)); err != nil {
				t.Fatal(err)
			}
			a.set(map[string]bool{"pod-a": false, "pod-b": true})
			if cut {
				a.cut("pod-a")
				if _, err := open.Read(make([]byte, 1)); err == nil {
					t.Error("the open connection does not learn that its pod is gone")
				}
			}
			if got := ask(t, addr, "y"); got != "pod-b:y" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestForwardStaysWithItsPod(t *testing.T) {
	a, c := newAPI(t, map[string]bool{"pod-a": true, "pod-b": true, "pod-c": true})
	addr, err := Forward(t.Context(), c, "spark", "connect", 15002, 0, progress.Nobody)
	if err != nil {
		t.Fatal(err)
	}
	first := ask(t, addr, "x")
	for range 10 {
		if got := ask(t, addr, "x"); got != first {
			t.Fatalf("%q after %q: a session lives in one pod", got, first)
		}
	}
	if n := a.dialled(); n != 1 {
		t.Errorf("%d links", n)
	}
}

func TestForwardWaitsForAPod(t *testing.T) {
	a, c := newAPI(t, map[string]bool{"pod-a": false})
	var mu sync.Mutex
	var events []progress.Event
	addr, err := Forward(t.Context(), c, "spark", "connect", 15002, 0, func(e progress.Event) {
		mu.Lock()
		defer mu.Unlock()
		events = append(events, e)
		if e.State == progress.Settling {
			a.set(map[string]bool{"pod-a": true})
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := ask(t, addr, "x"); got != "pod-a:x" {
		t.Errorf("got %q", got)
	}
	mu.Lock()
	defer mu.Unlock()
	if len(events) != 2 || events[0].Reason != "no pod behind it is ready" || events[1].Reason != "through pod-a" || events[1].Step != "access/connect:15002" {
		t.Errorf("events %+v", events)
	}
}

func TestForwardEnds(t *testing.T) {
	_, c := newAPI(t, map[string]bool{"pod-a": true})
	ctx, cancel := context.WithCancel(t.Context())
	addr, err := Forward(ctx, c, "spark", "connect", 15002, 0, progress.Nobody)
	if err != nil {
		t.Fatal(err)
	}
	open := dial(t, addr)
	if _, err := io.ReadFull(open, make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := open.Read(make([]byte, 1)); err == nil {
		t.Error("an open connection goes on")
	}
	if conn, err := net.Dial("tcp", addr); err == nil {
		conn.Close()
		t.Error("it still listens")
	}
}

func TestForwardRefuses(t *testing.T) {
	_, c := newAPI(t, map[string]bool{"pod-a": true})
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	for name, test := range map[string]struct {
		service       string
		remote, local int
		what, hint    string
	}{
		"no such service": {"history", 18080, 0, "there is no Service history in the namespace spark of test", "sparkwiz status"},
		"no such port":    {"connect", 18080, 0, "the Service connect has no port 18080", "sparkwiz apply"},
		"port taken":      {"connect", 15002, port, "port " + strconv.Itoa(port) + " of this machine is taken", "ss -ltnp"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Forward(t.Context(), c, "spark", test.service, test.remote, test.local, progress.Nobody)
			if err == nil {
				t.Fatal("no error")
			}
			hints := strings.Join(fault.Hints(err), "\n")
			if !strings.Contains(err.Error(), test.what) || !strings.Contains(hints, test.hint) {
				t.Errorf("%s\nhint: %s", err, hints)
			}
		})
	}
}
