// Package survey reads the event logs of a bucket on many machines: each reads
// its shard and leaves a row for each log in the bucket, so that whoever comes
// later, a shard that is tried again or the next survey, reads what is new.
package survey

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/bucket"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/fleet"
	"github.com/sparkwiz/sparkwiz/internal/replay"
	"github.com/sparkwiz/sparkwiz/internal/sizing"
)

// The results: a row for each log, in an object of its own, and the table.
const (
	rowsPrefix = "rows/"
	Table      = "fleet.json"
)

// Survey is what all machines of one are told.
type Survey struct {
	Logs    *bucket.Bucket
	Results *bucket.Bucket
	Shape   replay.Options
	Price   sizing.Hourly
	Version string // of the program: another one may judge otherwise
}

// settings names everything besides a log that its row depends on.
func (s Survey) settings() (string, error) {
	data, err := json.Marshal(struct {
		Shape   replay.Options
		Price   sizing.Hourly
		Version string
	}{s.Shape, s.Price, s.Version})
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:4]), err
}

// logs are all logs that the bucket has now.
func (s Survey) logs(ctx context.Context) ([]fleet.Log, error) {
	var objects []fleet.Object
	err := s.Logs.List(ctx, "", func(o bucket.Object) error {
		objects = append(objects, fleet.Object{Name: o.Name, Size: o.Size, Modified: o.Modified.UnixNano()})
		return nil
	})
	return fleet.Logs(objects), err
}

// rows are the names of the rows that are there.
func (s Survey) rows(ctx context.Context) ([]string, error) {
	var names []string
	err := s.Results.List(ctx, rowsPrefix, func(o bucket.Object) error {
		names = append(names, strings.TrimPrefix(o.Name, rowsPrefix))
		return nil
	})
	return names, err
}

// label is how a log is called in its row: so that it can be found.
func (s Survey) label(l fleet.Log) string {
	at := strings.TrimSuffix(s.Logs.String(), "/")
	if l.Name == "." {
		return at
	}
	return at + "/" + l.Name
}

// none is the error of a survey of nothing.
func (s Survey) none() error {
	return fault.New(fault.Usage, fmt.Sprintf("there are no event logs in %s", s.Logs), "spark.eventLog.dir says where Spark writes them")
}
