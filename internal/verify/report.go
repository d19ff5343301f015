package verify

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is what the proof showed. Its JSON form is a contract.
type Report struct {
	Steps       []Step   `json:"steps"`
	Failed      []string `json:"failed,omitempty"` // steps that did not hold, as events name them
	Columns     []string `json:"columns"`          // of Rows
	Rows        [][]any  `json:"rows"`             // what the query on executors answered
	Executors   []string `json:"executors"`
	Snapshots   []string `json:"snapshots,omitempty"` // Iceberg snapshot ids, oldest first; strings, for they exceed a double
	Application string   `json:"application"`
}

// Step is one part of the proof.
type Step struct {
	Claim  string        `json:"claim"` // e.g. spark-41
	Name   string        `json:"name"`  // e.g. time-travel
	Title  string        `json:"title"`
	Took   time.Duration `json:"took"`             // nanoseconds
	Output string        `json:"output,omitempty"` // lines for people
}

// String is the report for people: every step with its time and what it saw.
func (r Report) String() string {
	var b strings.Builder
	for _, s := range r.Steps {
		fmt.Fprintf(&b, "✓ %s (%s)\n", s.Title, s.Took.Round(100*time.Millisecond))
		for line := range strings.Lines(s.Output) {
			b.WriteString("    " + line)
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// record is one line of a client.
type record struct {
	Step    string  `json:"step"`
	Ask     *ask    `json:"ask"`
	Seconds float64 `json:"seconds"`
	Error   string  `json:"error"`
	Result  result  `json:"result"`
}

// ask is what a client wants done that it has no right to do itself.
type ask struct {
	Delete string `json:"delete"` // an executor's pod, as if its node were taken away
}

type result struct {
	Says        string   `json:"says"`
	Columns     []string `json:"columns"`
	Rows        [][]any  `json:"rows"`
	Executors   []string `json:"executors"`
	Snapshots   []string `json:"snapshots"`
	Application string   `json:"application"`
}

// parse splits the client's log into the proof's records and everything else
// it printed, such as a traceback. Unless the log is complete, a last line
// without an end may be half of one and is left for the next look.
func parse(log string, complete bool) (records []record, rest []string) {
	for line := range strings.Lines(log) {
		if !strings.HasSuffix(line, "\n") && !complete {
			break
		}
		line = strings.TrimRight(line, "\r\n")
		var r record
		if json.Unmarshal([]byte(line), &r) == nil && r.Step != "" {
			records = append(records, r)
		} else if strings.TrimSpace(line) != "" {
			rest = append(rest, line)
		}
	}
	return records, rest
}

// took is the time of a step to the millisecond.
func (r record) took() time.Duration {
	return time.Duration(r.Seconds*1000) * time.Millisecond
}

// String is the result for people: a sentence, the rows under their columns,
// the snapshots.
func (r result) String() string {
	var b strings.Builder
	fmt.Fprintln(&b, r.Says)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	if len(r.Rows) > 0 {
		fmt.Fprintln(w, strings.Join(r.Columns, "\t")+"\t")
	}
	for _, row := range r.Rows {
		for _, cell := range row {
			fmt.Fprintf(w, "%s\t", text(cell))
		}
		fmt.Fprintln(w)
	}
	w.Flush()
	if len(r.Snapshots) > 0 {
		fmt.Fprintln(&b, "snapshots", strings.Join(r.Snapshots, ", "))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// text prints a cell; JSON numbers are float64 and must not become 1e+09.
func text(cell any) string {
	if f, ok := cell.(float64); ok && f == float64(int64(f)) {
		return strconv.FormatInt(int64(f), 10)
	}
	return fmt.Sprint(cell)
}
