package sizeview_test

import (
	"os"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/sizeview"
)

// TestDocumentedSample: the answer that docs/rightsizing.md works by hand is
// the program's, word for word.
func TestDocumentedSample(t *testing.T) {
	const file = "../../docs/rightsizing.md"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(data), "<!-- sample: go test ./internal/sizeview -update -->\n```text\n")
	answer, after, ok2 := strings.Cut(rest, "```\n")
	if !ok || !ok2 {
		t.Fatal("the page has no sample")
	}
	var b strings.Builder
	sizeview.Text(&b, documents(t)["sample"], 100, "2026-11-25")
	if *update {
		if err := os.WriteFile(file, []byte(before+"<!-- sample: go test ./internal/sizeview -update -->\n```text\n"+b.String()+"```\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		answer = b.String()
	}
	if answer != b.String() {
		t.Errorf("the page does not have the program's answer: go test ./internal/sizeview -update, and read the diff\n%s", b.String())
	}
	// What is worked by hand in the text before it.
	for _, number := range []string{"162522", "88728", "341141", "57 ", "7524", "6758", "$2.74", "1m36s", "22 GiB"} {
		if !strings.Contains(answer, number) {
			t.Errorf("the answer has no %s", number)
		}
	}
}
