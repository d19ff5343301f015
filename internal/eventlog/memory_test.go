package eventlog_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/fstest"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// endless is a file system with one log that is made while it is read: n tasks in stages of 10 000, each with a list of totals
// as long as queries have it.
type endless struct{ n int }

func (e endless) Open(string) (fs.File, error) {
	file, err := fstest.MapFS{"log": {Data: []byte("x")}}.Open("log")
	return &made{File: file, n: e.n}, err
}

type made struct {
	fs.File
	n, done int
	buf     bytes.Buffer
}

var totals = bytes.Repeat([]byte(`{"ID":123,"Name":"number of output rows","Update":"12","Value":"12","Internal":true,"Metadata":"sql"},`), 20)

func (m *made) Read(p []byte) (int, error) {
	for m.buf.Len() < len(p) && m.done < m.n {
		if m.done%10_000 == 0 {
			fmt.Fprintf(&m.buf, `{"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":%d,"Stage Attempt ID":0,"Number of Tasks":10000,"Submission Time":1700000000000}}`+"\n", m.done/10_000)
		}
		fmt.Fprintf(&m.buf, `{"Event":"SparkListenerTaskEnd","Stage ID":%d,"Stage Attempt ID":0,"Task Type":"ResultTask","Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":%d,"Index":%d,"Launch Time":1700000000000,"Executor ID":"%d","Finish Time":1700000000100,"Accumulables":[%s{}]},"Task Metrics":{"Executor Run Time":90}}`+"\n",
			m.done/10_000, m.done, m.done%10_000, m.done%50, totals)
		m.done++
	}
	if m.buf.Len() == 0 {
		return 0, io.EOF
	}
	return m.buf.Read(p)
}

// TestMemory: what is needed does not grow with the log, but for 32 bytes of each task.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a gigabyte")
	}
	const tasks = 400_000
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		for {
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapInuse+now.StackInuse)
			select {
			case <-stop:
				peak <- most
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	a, err := eventlog.Read(endless{tasks}, "log", eventlog.Options{})
	close(stop)
	most := <-peak - before.HeapInuse - before.StackInuse
	if err != nil || eventlog.Observe(&a).Tasks != tasks {
		t.Fatal(err, eventlog.Observe(&a))
	}
	t.Logf("%d MiB for a log of %d MiB with %d tasks", most>>20, a.Bytes>>20, tasks)
	if allowed := uint64(64<<20 + 32*tasks); most > allowed {
		t.Errorf("%d MiB, allowed are %d", most>>20, allowed>>20)
	}
}
