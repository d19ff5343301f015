package eventlog

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestDocs: the page says the thresholds that are used.
func TestDocs(t *testing.T) {
	page, err := os.ReadFile("../../docs/event-logs.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if row := fmt.Sprintf("| %s | %s | %s |\n", r.id, r.threshold, r.source); !strings.Contains(string(page), row) {
			t.Errorf("docs/event-logs.md lacks the row\n%s", row)
		}
	}
}
