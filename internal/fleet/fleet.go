// Package fleet puts many applications into one table. A row is made from one
// log and is one line of JSON, so that machines can each read a part of the
// logs and one can merge what they wrote.
package fleet

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/sparkwiz/sparkwiz/internal/sizeview"
)

// Row is one application.
type Row struct {
	Log          string   `json:"log"`
	AppID        string   `json:"appId"`
	AppName      string   `json:"appName"`
	SparkVersion string   `json:"sparkVersion,omitempty"`
	DurationMs   int64    `json:"durationMs"`
	Tasks        int      `json:"tasks"`
	Executors    int      `json:"executors"` // most at one time
	Best         int      `json:"best"`      // that are recommended; 0: not known
	BestMs       int64    `json:"bestMs"`
	CoreHours    float64  `json:"coreHours"`
	BusyShare    float64  `json:"busyShare"` // 0 to 1
	OnDemand     float64  `json:"onDemand"`  // dollars
	Wasted       float64  `json:"wasted"`    // dollars of them for idle cores
	ErrorPercent float64  `json:"replayErrorPercent"`
	Findings     []string `json:"findings"` // their IDs
	Incomplete   bool     `json:"incomplete,omitempty"`
	Error        string   `json:"error,omitempty"` // why the log could not be read; the rest is empty then
}

// Of makes the row of a document that was made from a log.
func Of(d sizeview.Document) Row {
	r := Row{Log: d.Log, Findings: []string{}}
	if o := d.Observed; o != nil {
		r.AppID, r.AppName, r.SparkVersion = o.AppID, o.AppName, o.SparkVersion
		r.DurationMs, r.Tasks, r.Executors, r.Incomplete = o.DurationMs, o.Tasks, o.MaxExecutors, o.Incomplete
	}
	if p := d.Paid; p != nil {
		r.CoreHours, r.BusyShare, r.OnDemand, r.Wasted = p.CoreHours, p.BusyShare, p.OnDemand, p.Wasted
	}
	if s := d.Replay; s != nil && s.Unknown == "" {
		r.Best, r.BestMs, r.ErrorPercent = s.Knee.Executors, s.Knee.Ms, s.ErrorPercent
	}
	for _, f := range d.Findings {
		if !slices.Contains(r.Findings, f.ID) {
			r.Findings = append(r.Findings, f.ID)
		}
	}
	return r
}

// Failed is the row of a log that could not be read.
func Failed(log string, err error) Row {
	return Row{Log: log, Error: err.Error(), Findings: []string{}}
}

// Table is all rows, the worst waste first, and their sums.
type Table struct {
	Schema    string   `json:"schema"`
	Apps      []Row    `json:"applications"`
	Read      int      `json:"read"`
	Failed    int      `json:"failed"` // logs that could not be read
	CoreHours float64  `json:"coreHours"`
	OnDemand  float64  `json:"onDemand"`
	Wasted    float64  `json:"wasted"`
	Currency  string   `json:"currency"`
	AsOf      string   `json:"asOf"`
	Warnings  []string `json:"warnings,omitempty"`
}

// Schema names the form of the table.
const Schema = "sparkwiz.dev/fleet/v1"

// Merge makes the table. A log that comes twice, as after a part of the work
// was repeated, counts once: its last row that was read without an error.
func Merge(rows ...Row) Table {
	t := Table{Schema: Schema, Apps: []Row{}}
	at := map[string]int{}
	for _, r := range rows {
		if i, seen := at[r.Log]; seen {
			if r.Error == "" || t.Apps[i].Error != "" {
				t.Apps[i] = r
			}
			continue
		}
		at[r.Log] = len(t.Apps)
		t.Apps = append(t.Apps, r)
	}
	slices.SortStableFunc(t.Apps, func(a, b Row) int {
		return cmp.Or(cmp.Compare(b.Wasted, a.Wasted), cmp.Compare(b.OnDemand, a.OnDemand), cmp.Compare(a.Log, b.Log))
	})
	for _, r := range t.Apps {
		if r.Error != "" {
			t.Failed++
			continue
		}
		t.Read++
		t.CoreHours += r.CoreHours
		t.OnDemand += r.OnDemand
		t.Wasted += r.Wasted
	}
	return t
}

// Write writes rows as lines of JSON.
func Write(w io.Writer, rows ...Row) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, r := range rows {
		if err := e.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// Read reads lines of JSON. Lines that are none, such as the last one of a
// part that was killed, are reported together; the rows of all others are
// returned with the error.
func Read(r io.Reader) ([]Row, error) {
	var rows []Row
	var faults []error
	in := bufio.NewReader(r)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			var row Row
			if bad := json.Unmarshal(line, &row); bad != nil || row.Log == "" {
				faults = append(faults, fmt.Errorf("line %d is no row of a fleet table", n))
			} else {
				rows = append(rows, row)
			}
		}
		if errors.Is(err, io.EOF) {
			return rows, errors.Join(faults...)
		}
		if err != nil {
			return rows, errors.Join(append(faults, err)...)
		}
	}
}
