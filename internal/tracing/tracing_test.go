package tracing_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/otlp"
	"github.com/sparkwiz/sparkwiz/internal/tracing"
)

func dial(t *testing.T, address string) *tracing.Target {
	t.Helper()
	to, err := tracing.Dial(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = to.Close(context.Background()) })
	return to
}

func onDisk(t *testing.T, path string) tracing.Source {
	t.Helper()
	from, err := tracing.OnDisk(path)
	if err != nil {
		t.Fatal(err)
	}
	return from
}

// Over both protocols the same spans arrive, with the headers that the environment has.
func TestOnce(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20let-me-in")
	dir := t.TempDir()
	w := newLog(t, dir)
	for i := range 400 { // More than one request's worth of spans.
		w.query(i)
	}
	w.roll()
	w.query(400)
	w.end()
	r, grpcAddress, httpAddress := serve(t)
	for i, address := range []string{grpcAddress, httpAddress, strings.TrimPrefix(grpcAddress, "grpc://")} {
		for _, path := range []string{dir, w.dir} {
			var sent []tracing.Sent
			err := tracing.Once(t.Context(), onDisk(t, path), dial(t, address), otlp.PerApplication, func(s tracing.Sent) { sent = append(sent, s) })
			if err != nil || len(sent) != 1 || sent[0].Spans != 401*3+1 || !sent[0].Ended || sent[0].Application != appID || len(sent[0].Trace) != 32 {
				t.Fatalf("%s: %+v, %v", address, sent, err)
			}
			if spans, _ := r.state(); spans != 401*3+1 || r.differ || r.token != "Bearer let-me-in" {
				t.Errorf("%d: %d spans, differ %t, token %q", i, spans, r.differ, r.token)
			}
		}
	}
	if r.requests != 6*3 {
		t.Errorf("%d requests for 6 times 1204 spans", r.requests)
	}
}

// What is wrong is said in words, and what is right arrives all the same.
func TestOnceFaults(t *testing.T) {
	dir := t.TempDir()
	w := newLog(t, dir)
	w.query(0)
	w.write(`{"Event":"SparkListenerJobStart","Job ID":1,"Subm`)
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("hello\nworld\n"), 0o600), os.WriteFile(filepath.Join(dir, ".hidden"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	r, address, _ := serve(t)
	var sent []tracing.Sent
	err := tracing.Once(t.Context(), onDisk(t, dir), dial(t, address), otlp.PerQuery, func(s tracing.Sent) { sent = append(sent, s) })
	if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "notes.txt") || strings.Contains(err.Error(), "hidden") {
		t.Errorf("a file that is no log: %v", err)
	}
	if len(sent) != 1 || sent[0].Ended || sent[0].Spans != 4 || len(r.spans) != 4 {
		t.Errorf("a log that is cut off: %+v", sent)
	}
	for _, s := range r.spans {
		if cut := strings.Contains(s.String(), "spark.incomplete"); cut != strings.HasPrefix(s.Name, "application") {
			t.Errorf("%s is incomplete: %t", s.Name, cut)
		}
	}
	if _, err := tracing.OnDisk(filepath.Join(dir, "absent")); fault.KindOf(err) != fault.Usage {
		t.Errorf("a log that is not there: %v", err)
	}
	if err := tracing.Once(t.Context(), onDisk(t, t.TempDir()), dial(t, address), otlp.PerQuery, nil); fault.KindOf(err) != fault.Usage {
		t.Errorf("no logs: %v", err)
	}
	if err := os.CopyFS(filepath.Join(dir, "a-copy"), os.DirFS(w.dir)); err != nil {
		t.Fatal(err)
	}
	before := r.requests
	r.refuse = func(int) bool { return true }
	err = tracing.Once(t.Context(), onDisk(t, dir), dial(t, address), otlp.PerQuery, nil)
	if err == nil || len(fault.Hints(err)) == 0 || !strings.Contains(err.Error(), "not now") || r.requests != before+1 {
		t.Errorf("a target that takes nothing was asked %d times: %v", r.requests-before, err)
	}
}

func TestAddresses(t *testing.T) {
	for _, address := range []string{"", "http://", "ftp://collector", "grpc://collector/path", "https://user:secret@collector", "a b"} {
		_, err := tracing.Dial(t.Context(), address)
		if fault.KindOf(err) != fault.Usage || len(fault.Hints(err)) == 0 {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// following runs a follower until it is stopped, and returns its log.
func following(t *testing.T, f *tracing.Follower) (stop func() string) {
	t.Helper()
	var log safeBuffer
	f.Log = slog.New(slog.NewTextHandler(&log, nil))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- f.Run(ctx) }()
	return func() string {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		return log.String()
	}
}

type safeBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

// until waits for a number of different spans.
func until(t *testing.T, r *receiver, want int) {
	t.Helper()
	spans := 0
	for range 400 {
		if spans, _ = r.state(); spans >= want {
			break
		}
		time.Sleep(25 * time.Millisecond)
	}
	if spans != want || r.differ {
		t.Fatalf("%d spans have arrived, want %d; differ %t", spans, want, r.differ)
	}
}

// A log grows while it is followed, through the ends of files and of followers. Every span arrives, each once, but for those
// that a follower had sent when it was killed before it could say so.
func TestFollow(t *testing.T) {
	dir, keep := t.TempDir(), t.TempDir()
	checkpoint, err := bucket.Open(t.Context(), keep)
	if err != nil {
		t.Fatal(err)
	}
	r, address, _ := serve(t)
	logs, err := bucket.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	start := func() func() string {
		f := &tracing.Follower{From: tracing.InBucket(logs), To: dial(t, address), Unit: otlp.PerQuery, Keep: checkpoint, Every: 20 * time.Millisecond}
		return following(t, f)
	}
	w := newLog(t, dir)
	w.query(0)
	stop := start()
	until(t, r, 3)
	w.query(1)
	w.write(`{"Event":"SparkListenerJobStart",`) // Half a line is no event yet.
	until(t, r, 6)
	w.write(`"Job ID":99,"Submission Time":1,"Stage Infos":[],"Stage IDs":[],"Properties":{}}` + "\n")
	w.roll()
	w.query(2)
	until(t, r, 9)
	stop()

	w.query(3)
	stop = start()
	until(t, r, 12)
	if _, got := r.state(); got != 12 {
		t.Errorf("after a restart %d spans came for 12", got)
	}
	w.end()
	until(t, r, 14) // The job that never ended, and the application.
	time.Sleep(100 * time.Millisecond)
	if out := stop(); strings.Contains(out, "level=ERROR") {
		t.Errorf("it complains:\n%s", out)
	}
	data, err := os.ReadFile(filepath.Join(keep, "traces.json"))
	if err != nil || string(data) != `{"version":1,"unit":"query","logs":{"eventlog_v2_`+appID+`":{"spans":14,"ended":true}}}`+"\n" {
		t.Errorf("the checkpoint is %s, %v", data, err)
	}

	stop = start()
	time.Sleep(200 * time.Millisecond)
	stop()
	if _, got := r.state(); got != 14 {
		t.Errorf("a log that has ended was sent again: %d spans came for 14", got)
	}

	// Without its checkpoint everything comes again, and is the same.
	if err := os.Remove(filepath.Join(keep, "traces.json")); err != nil {
		t.Fatal(err)
	}
	stop = start()
	time.Sleep(300 * time.Millisecond)
	stop()
	if spans, got := r.state(); spans != 14 || got != 28 || r.differ {
		t.Errorf("sent again: %d spans, %d came, differ %t", spans, got, r.differ)
	}
}

// A target that is away for a while, and a store that does not answer, lose nothing.
func TestFollowThroughTrouble(t *testing.T) {
	dir := t.TempDir()
	r, address, _ := serve(t)
	r.refuse = func(request int) bool { return request%3 != 0 }
	w := newLog(t, dir)
	for i := range 700 {
		w.query(i)
	}
	source := &shaky{Source: onDisk(t, dir)}
	f := &tracing.Follower{From: source, To: dial(t, address), Unit: otlp.PerApplication, Every: 10 * time.Millisecond}
	health := httptest.NewServer(f.Health())
	defer health.Close()
	stop := following(t, f)
	until(t, r, 2100)
	if out := stop(); !strings.Contains(out, "not now") || !strings.Contains(out, "out of order") {
		t.Errorf("it does not say what went wrong:\n%.500s", out)
	}
	if _, got := r.state(); got != 2100 {
		t.Errorf("%d spans came for 2100", got)
	}
	for path, want := range map[string]int{"/livez": 200, "/readyz": 200, "/": 404} {
		if got := answer(t, health.URL+path); got != want {
			t.Errorf("%s: %d", path, got)
		}
	}
	idle := httptest.NewServer((&tracing.Follower{Every: time.Second}).Health())
	defer idle.Close()
	if got := answer(t, idle.URL+"/readyz"); got != 503 {
		t.Errorf("ready before the first round: %d", got)
	}
}

func answer(t *testing.T, url string) int {
	t.Helper()
	response, err := http.Get(url) //nolint:noctx // It is this process's.
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// shaky is a source whose every other file breaks off.
type shaky struct {
	tracing.Source
	opened int
}

func (s *shaky) FS(ctx context.Context) fs.FS { return shakyFS{s.Source.FS(ctx), s} }

type shakyFS struct {
	fs.FS
	by *shaky
}

func (s shakyFS) Open(name string) (fs.File, error) {
	file, err := s.FS.Open(name)
	if err != nil || !strings.Contains(name, "/events_") {
		return file, err
	}
	if s.by.opened++; s.by.opened%2 == 1 {
		return shakyFile{file, io.LimitReader(file, 50_000)}, nil
	}
	return file, nil
}

type shakyFile struct {
	fs.File
	some io.Reader
}

func (f shakyFile) Read(p []byte) (int, error) {
	n, err := f.some.Read(p)
	if errors.Is(err, io.EOF) {
		err = errors.New("the store is out of order")
	}
	return n, err
}

// Old logs are left alone, but not those that were begun.
func TestSince(t *testing.T) {
	dir := t.TempDir()
	r, address, _ := serve(t)
	w := newLog(t, dir)
	w.query(0)
	yesterday := time.Now().Add(-24 * time.Hour)
	err := filepath.WalkDir(w.dir, func(path string, _ fs.DirEntry, err error) error {
		return errors.Join(err, os.Chtimes(path, yesterday, yesterday))
	})
	if err != nil {
		t.Fatal(err)
	}
	stop := following(t, &tracing.Follower{From: onDisk(t, dir), To: dial(t, address), Unit: otlp.PerQuery, Every: 10 * time.Millisecond, Since: time.Hour})
	time.Sleep(200 * time.Millisecond)
	if spans, _ := r.state(); spans != 0 {
		t.Errorf("%d spans of yesterday came", spans)
	}
	w.query(1)
	until(t, r, 6)
	stop()
}
