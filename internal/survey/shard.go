package survey

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/fleet"
	"github.com/sparkwiz/sparkwiz/internal/replay"
	"github.com/sparkwiz/sparkwiz/internal/sizeview"
)

// Did is what a shard found to do.
type Did struct {
	Logs    int `json:"logs"`    // of this shard
	Read    int `json:"read"`    // this time
	Skipped int `json:"skipped"` // that were read before and have not changed
}

// together is how many logs one machine reads at a time: while one waits for
// the store, another is worked on.
const together = 2

// Shard reads one of n parts of the logs, from 0, and leaves a row for each as
// soon as it has it. A log that is none has a row that says so. A store that
// fails is an error at the end, when all other logs have been read: their rows
// stay, and only what is missing is read the next time.
func (s Survey) Shard(ctx context.Context, shard, n int) (Did, error) {
	var did Did
	if n < 1 || shard < 0 || shard >= n {
		return did, fault.New(fault.Usage, fmt.Sprintf("there is no shard %d of %d; they count from 0", shard, n), "")
	}
	settings, err := s.settings()
	if err != nil {
		return did, err
	}
	// The rows are listed before the logs: a row that comes between would only be made twice.
	rows, err := s.rows(ctx)
	if err != nil {
		return did, err
	}
	logs, err := s.logs(ctx)
	if err != nil {
		return did, err
	}
	if len(logs) == 0 {
		return did, s.none()
	}
	slices.Sort(rows)
	var read, failed atomic.Int64
	var g sync.WaitGroup
	turn := make(chan struct{}, together)
	faults := make([]error, len(logs))
	for i, l := range logs {
		if l.Shard(n) != shard {
			continue
		}
		did.Logs++
		if _, there := slices.BinarySearch(rows, l.Key(settings)); there {
			did.Skipped++
			continue
		}
		turn <- struct{}{}
		g.Go(func() {
			defer func() { <-turn }()
			// Of a store that is gone, ten logs are proof enough.
			if ctx.Err() != nil || failed.Load() >= 10 {
				return
			}
			if faults[i] = s.log(ctx, l, settings, rows); faults[i] != nil {
				failed.Add(1)
				return
			}
			read.Add(1)
		})
	}
	g.Wait()
	did.Read = int(read.Load())
	if err := ctx.Err(); err != nil {
		return did, fault.Wrap(err, fault.Interrupted, "stopped", "")
	}
	if err := errors.Join(faults...); err != nil {
		return did, fault.Wrap(err, fault.KindOf(err), fmt.Sprintf("%d logs of shard %d are not done", did.Logs-did.Skipped-did.Read, shard), "")
	}
	return did, nil
}

// log reads one log and writes its row, then takes away those of its earlier
// states. An error is the store's.
func (s Survey) log(ctx context.Context, l fleet.Log, settings string, rows []string) error {
	row, err := s.row(ctx, l)
	if err != nil {
		return err
	}
	var line bytes.Buffer
	if err := fleet.Write(&line, row); err != nil {
		return err
	}
	key := l.Key(settings)
	if err := s.Results.Write(ctx, rowsPrefix+key, line.Bytes()); err != nil {
		return err
	}
	at, _ := slices.BinarySearch(rows, l.KeyOf(settings))
	for _, old := range rows[at:] {
		if !strings.HasPrefix(old, l.KeyOf(settings)) {
			break
		}
		if old != key {
			if err := s.Results.Delete(ctx, rowsPrefix+old); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s Survey) row(ctx context.Context, l fleet.Log) (fleet.Row, error) {
	// What the store does in the middle of a log looks to a reader of logs like one that was cut off.
	w := &watch{FS: s.Logs.FS(ctx)}
	app, err := eventlog.Read(w, path.Clean(l.Name), eventlog.Options{})
	if trouble := errors.Join(ctx.Err(), w.trouble()); trouble != nil {
		// Failed whatever it was: that one log may not be read is no reason to end all others.
		return fleet.Row{}, fault.Wrap(trouble, fault.Failed, s.label(l)+" could not be read", "")
	}
	if err != nil {
		return fleet.Failed(s.label(l), err), nil
	}
	return fleet.Of(sizeview.FromLog(s.label(l), &app, replay.Run(&app, s.Shape), s.Price)), nil
}
