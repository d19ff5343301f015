package tracing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/otlp"
)

// checkpoint is what has arrived, so that whoever is started next goes on from there. Spans of a log come in an order that
// depends on the log alone, so that their number says which.
type checkpoint struct {
	Version int             `json:"version"`
	Unit    otlp.Unit       `json:"unit"` // the spans are numbered differently with another one
	Logs    map[string]mark `json:"logs"` // by Log.Key
}

// mark is how much of a log has arrived.
type mark struct {
	Spans int  `json:"spans"`
	Ended bool `json:"ended,omitempty"` // nothing will come after it
}

const (
	checkpointName    = "traces.json"
	checkpointVersion = 1
)

// load reads the checkpoint. There is none at first, and where nothing is kept.
func load(ctx context.Context, at *bucket.Bucket, unit otlp.Unit) (checkpoint, error) {
	none := checkpoint{Version: checkpointVersion, Unit: unit, Logs: map[string]mark{}}
	if at == nil {
		return none, nil
	}
	data, err := at.Read(ctx, checkpointName)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	var c checkpoint
	if err := json.Unmarshal(data, &c); err != nil || c.Version != checkpointVersion {
		return none, fault.Wrap(err, fault.Failed, fmt.Sprintf("%s in %s is nothing that this version wrote", checkpointName, at),
			"delete it to send everything again: what has arrived stays the same")
	}
	if c.Unit != unit || c.Logs == nil {
		return none, nil
	}
	return c, nil
}

// save writes the checkpoint when it says something new.
func (f *Follower) save(ctx context.Context) error {
	now := checkpoint{Version: checkpointVersion, Unit: f.Unit, Logs: map[string]mark{}}
	maps.Copy(now.Logs, f.known)
	for key, s := range f.open {
		now.Logs[key] = mark{Spans: s.sent}
	}
	if f.Keep == nil || maps.Equal(now.Logs, f.saved) {
		return nil
	}
	data, err := json.Marshal(now)
	if err != nil {
		return err
	}
	if err := f.Keep.Write(ctx, checkpointName, append(data, '\n')); err != nil {
		return err
	}
	f.saved = now.Logs
	return nil
}
