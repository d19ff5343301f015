package survey_test

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/fleet"
	"github.com/sparkwiz/sparkwiz/internal/survey"
)

// TestSend: what a pod's log carries is the table, or its worst part with the
// sums of all; one that was cut off is noticed.
func TestSend(t *testing.T) {
	var rows []fleet.Row
	for i := range 20 {
		rows = append(rows, fleet.Row{Log: strconv.Itoa(i), AppName: "<&>", Wasted: float64(i), Findings: []string{}})
	}
	table := fleet.Merge(rows...)
	for _, most := range []int{100, 20, 5} {
		var b bytes.Buffer
		if err := survey.Send(&b, table, most); err != nil {
			t.Fatal(err)
		}
		got, err := survey.Receive(b.Bytes())
		if err != nil || len(got.Apps) != min(most, 20) || got.Read != 20 || got.Wasted != 190 || got.Apps[0].Log != "19" {
			t.Errorf("%d: %v, %+v", most, err, got)
		}
		for _, cut := range []int{0, 10, b.Len() / 2, b.Len() - 5} {
			if _, err := survey.Receive(b.Bytes()[:cut]); err == nil {
				t.Errorf("%d of %d bytes are a table", cut, b.Len())
			}
		}
	}
	if len(table.Apps) != 20 {
		t.Error("sending changed the table")
	}
}
