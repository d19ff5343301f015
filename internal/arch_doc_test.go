package internal_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestTableIsDocumented wants the import table in docs/architecture.md to be
// the one that is enforced: one line for each package, word for word.
func TestTableIsDocumented(t *testing.T) {
	data, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	documented := 0
	for line := range strings.Lines(string(data)) {
		if cells := strings.Split(line, " | "); len(cells) == 4 && strings.HasPrefix(line, "| `") {
			documented++
		}
	}
	for name, r := range table {
		imports, pure := "nothing", "no"
		if len(r.ours) > 0 {
			imports = strings.Join(r.ours, ", ")
		}
		if imports == "*" {
			imports = "everything"
		}
		if r.pure {
			pure = "yes"
		}
		row := fmt.Sprintf("| %s | %s |\n", imports, pure)
		if !hasRow(string(data), "| `"+name+"` | ", row) {
			t.Errorf("docs/architecture.md wants: | `%s` | what it is | %s", name, row)
		}
	}
	if documented != len(table) {
		t.Errorf("docs/architecture.md has %d packages, the import table %d", documented, len(table))
	}
}

func hasRow(text, prefix, suffix string) bool {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, prefix) && strings.HasSuffix(line, suffix) {
			return true
		}
	}
	return false
}
