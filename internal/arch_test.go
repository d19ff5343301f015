package internal_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/sparkwiz/sparkwiz/"

// rule is what one package may import.
type rule struct {
	ours []string // packages under internal/, or charts and assets
	pure bool     // no network, no processes, no cluster client, no terminal
}

// table is the import table of docs/architecture.md. fault and progress are
// the two words that every package shares: an error for people, and an event.
var table = map[string]rule{
	"fault":      {pure: true},
	"progress":   {pure: true},
	"facts":      {pure: true},
	"spec":       {ours: []string{"fault"}, pure: true},
	"compat":     {ours: []string{"assets"}, pure: true},
	"catalogue":  {ours: []string{"assets"}, pure: true},
	"question":   {ours: []string{"spec", "facts", "compat", "sizing", "fault"}, pure: true},
	"secret":     {ours: []string{"spec"}, pure: true},
	"seal":       {ours: []string{"fault"}},
	"sizing":     {ours: []string{"assets"}, pure: true},
	"component":  {ours: []string{"spec", "facts", "question", "secret", "sizing", "catalogue"}, pure: true},
	"plan":       {ours: []string{"spec", "facts", "component", "secret", "sizing", "catalogue"}, pure: true},
	"dashboard":  {pure: true},
	"render":     {ours: []string{"plan", "charts"}, pure: true},
	"kube":       {ours: []string{"facts", "fault"}},
	"chartstore": {ours: []string{"fault"}},
	"hours":      {ours: []string{"spec"}},
	"deploy":     {ours: []string{"spec", "hours", "component", "plan", "render", "kube", "secret", "seal", "fault", "progress"}},
	"mirror":     {ours: []string{"plan", "render", "catalogue", "chartstore", "charts", "fault", "progress"}},
	"verify":     {ours: []string{"spec", "hours", "plan", "kube", "facts", "fault", "progress"}},
	"local":      {ours: []string{"facts", "fault", "progress"}},
	"images":     {ours: []string{"images", "local", "fault", "progress"}},
	"bom":        {},
	"otlp":       {ours: []string{"eventlog"}, pure: true},
	"bucket":     {ours: []string{"fault"}},
	"tracing":    {ours: []string{"eventlog", "otlp", "bucket", "fault"}},
	"eventlog":   {ours: []string{"fault"}, pure: true},
	"replay":     {ours: []string{"eventlog"}, pure: true},
	"sizeview":   {ours: []string{"eventlog", "replay", "sizing"}, pure: true},
	"fleet":      {ours: []string{"sizeview"}, pure: true},
	"survey":     {ours: []string{"bucket", "eventlog", "replay", "sizeview", "sizing", "fleet", "fault"}},
	"fleetjob":   {ours: []string{"spec", "plan", "kube", "verify", "survey", "fleet", "fault", "progress"}},
	"access":     {ours: []string{"kube", "fault", "progress"}},
	"console":    {ours: []string{"fault", "progress"}},
	"wizard":     {ours: []string{"spec", "facts", "question", "component", "plan", "sizing", "console", "fault", "progress"}},
	"cli":        {ours: []string{"*"}},
}

// impure is what a pure package must not reach for: the network, processes and
// clusters, but also the clock, the environment and dice, since the same
// answers must give the same bytes.
var impure = []string{
	"net", "os", "syscall", "time", "math/rand", "crypto/rand",
	"k8s.io/client-go", "helm.sh/helm/v3/pkg/action", "charm.land",
}

// but lists the files that have a reason.
var but = map[string]string{
	"spec/file.go":      "os",   // reads and writes the answers file
	"progress/event.go": "time", // an event says when it was; whoever emits it looks at the clock
	"sizing/units.go":   "time", // reads durations and dates; it does not look at the clock
}

// only says which packages may use a library at all: Helm 3 has a successor,
// so one pair of adapters must be enough, and terminals belong to two rooms.
var only = map[string][]string{
	"helm.sh/helm": {"render", "deploy"},
	"charm.land":   {"wizard", "console"},
}

func TestImports(t *testing.T) {
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !e.IsDir() || e.Name() == "testdata" {
			continue
		}
		r, ok := table[e.Name()]
		if !ok {
			t.Errorf("internal/%s is not in the import table", e.Name())
			continue
		}
		files, err := filepath.Glob(e.Name() + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !strings.HasSuffix(file, "_test.go") {
				check(t, e.Name(), file, r)
			}
		}
	}
}

func check(t *testing.T, pkg, file string, r rule) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	for _, spec := range parsed.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if rest, ours := strings.CutPrefix(path, module); ours {
			rest = strings.TrimPrefix(rest, "internal/")
			if !slices.Contains(r.ours, rest) && !slices.Contains(r.ours, "*") {
				t.Errorf("%s imports %s, which the import table does not allow", file, rest)
			}
		}
		for _, bad := range impure {
			if r.pure && but[file] != bad && (path == bad || strings.HasPrefix(path, bad+"/")) {
				t.Errorf("%s is pure and imports %s", file, path)
			}
		}
		for prefix, allowed := range only {
			if strings.HasPrefix(path, prefix) && !slices.Contains(allowed, pkg) {
				t.Errorf("%s imports %s, which is only for %v", file, path, allowed)
			}
		}
	}
}
