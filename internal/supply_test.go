package internal_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sigs.k8s.io/yaml"
)

// workflow is what the tests look at in a workflow of GitHub.
type workflow struct {
	Permissions any `json:"permissions"`
	Jobs        map[string]struct {
		Permissions any       `json:"permissions"`
		Container   any       `json:"container"`
		Steps       []jobStep `json:"steps"`
	} `json:"jobs"`
}

type jobStep struct {
	Uses string         `json:"uses"`
	With map[string]any `json:"with"`
	Run  string         `json:"run"`
}

var (
	// A commit, not a tag: who owns a repository can move its tags.
	pinnedAction = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40}$`)
	pinnedImage  = regexp.MustCompile(`^(docker://)?[\w.:/-]+@sha256:[0-9a-f]{64}$`)
	versionTold  = regexp.MustCompile(`uses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+\s*$`)
	// What somebody else chose, a branch's or a pull request's name, would be run as code.
	injected = regexp.MustCompile(`\$\{\{[^}]*\b(github\.(event|head_ref|ref_name|actor)|inputs|steps)\b`)
)

// faults are what is wrong with the text of a workflow.
func (w workflow) faults(text string) []string {
	var wrong []string
	if permissions, ok := w.Permissions.(map[string]any); !ok || len(permissions) != 1 || permissions["contents"] != "read" {
		wrong = append(wrong, "the token may do more than read, or nobody says what it may")
	}
	for name, job := range w.Jobs {
		if image, ok := job.Container.(string); ok && !pinnedImage.MatchString(image) {
			wrong = append(wrong, name+": the container "+image+" is not named by digest")
		}
		for _, step := range job.Steps {
			ours := strings.HasPrefix(step.Uses, "./")
			if step.Uses != "" && !ours && !pinnedAction.MatchString(step.Uses) && !pinnedImage.MatchString(step.Uses) {
				wrong = append(wrong, name+": "+step.Uses+" is not named by commit")
			}
			if strings.HasPrefix(step.Uses, "actions/checkout@") && step.With["persist-credentials"] != false {
				wrong = append(wrong, name+": the token stays in the checkout, where every later step reads it")
			}
			if injected.MatchString(step.Run) {
				wrong = append(wrong, name+": a step runs text that somebody else chose")
			}
		}
	}
	for line := range strings.Lines(text) {
		if _, uses, found := strings.Cut(line, "uses: "); found && !strings.HasPrefix(uses, "./") && !versionTold.MatchString(strings.TrimSuffix(line, "\n")) {
			wrong = append(wrong, "no version stands beside "+strings.TrimSpace(line))
		}
	}
	return wrong
}

// TestWorkflowsArePinned looks at the workflows of this repository.
func TestWorkflowsArePinned(t *testing.T) {
	files, err := filepath.Glob("../.github/workflows/*.y*ml")
	if err != nil || len(files) < 2 {
		t.Fatalf("%d workflows: %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		var w workflow
		if err == nil {
			err = yaml.Unmarshal(data, &w)
		}
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for _, wrong := range w.faults(string(data)) {
			t.Errorf("%s: %s", filepath.Base(file), wrong)
		}
	}
}

// TestWorkflowFaultsAreFound: each of these would have gone unnoticed.
func TestWorkflowFaultsAreFound(t *testing.T) {
	const text = `
permissions: write-all
jobs:
  a:
    container: debian:12
    steps:
      - uses: actions/checkout@v4
      - uses: docker://alpine:3
      - run: echo ${{ github.event.pull_request.title }}
`
	var w workflow
	if err := yaml.Unmarshal([]byte(text), &w); err != nil {
		t.Fatal(err)
	}
	found := strings.Join(w.faults(text), "\n")
	for _, want := range []string{"may do more", "debian:12 is not", "checkout@v4 is not", "alpine:3 is not", "the token stays", "somebody else chose", "no version"} {
		if !strings.Contains(found, want) {
			t.Errorf("%q is not in:\n%s", want, found)
		}
	}
}

// TestTrivyIsPinned: what looks for bad code must not be some.
func TestTrivyIsPinned(t *testing.T) {
	data, err := os.ReadFile("../hack/trivy.sh")
	if err != nil {
		t.Fatal(err)
	}
	image := regexp.MustCompile(`(?m)^trivy=(\S+)$`).FindSubmatch(data)
	if image == nil || !pinnedImage.Match(image[1]) || !regexp.MustCompile(`:\d+\.\d+\.\d+@`).Match(image[1]) {
		t.Errorf("Trivy's image is %q, not a version and a digest", image)
	}
	for _, option := range []string{"--severity HIGH,CRITICAL", "--ignore-unfixed", "--exit-code 1", "--ignorefile /ignore.yaml"} {
		if !strings.Contains(string(data), option) {
			t.Errorf("hack/trivy.sh does without %s", option)
		}
	}
}

// ignored is one entry of .trivyignore.yaml, or of .govulnignore.yaml.
type ignored struct {
	ID        string   `json:"id"`
	Paths     []string `json:"paths"`
	Statement string   `json:"statement"`
	Expires   string   `json:"expired_at"`
}

// faults are what is wrong with an exception, and how long it still holds.
func (i ignored) faults(now time.Time) (wrong []string, left time.Duration) {
	if !regexp.MustCompile(`^(CVE-\d{4}-\d{4,}|GO-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3})$`).MatchString(i.ID) {
		wrong = append(wrong, "the ID is none")
	}
	if len(strings.Fields(i.Statement)) < 3 {
		wrong = append(wrong, "no reason is given")
	}
	day, err := time.Parse(time.DateOnly, i.Expires)
	if err != nil {
		return append(wrong, "it does not say until when"), 0
	}
	if left = day.Sub(now); left > 366*24*time.Hour {
		wrong = append(wrong, "it holds for more than a year: that is for ever")
	}
	return wrong, left
}

// TestIgnoresRunOut: every exception has a reason and a day. One that is past
// warns only, since what looks for them no longer heeds it.
func TestIgnoresRunOut(t *testing.T) {
	for _, path := range []string{".trivyignore.yaml", ".govulnignore.yaml"} {
		data, err := os.ReadFile("../" + path)
		var file struct {
			Vulnerabilities []ignored `json:"vulnerabilities"`
		}
		if err == nil {
			err = yaml.UnmarshalStrict(data, &file)
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		for _, i := range file.Vulnerabilities {
			wrong, left := i.faults(time.Now())
			for _, w := range wrong {
				t.Errorf("%s, %s: %s", path, i.ID, w)
			}
			if left <= 0 {
				t.Logf("warning: %s: %s has run out on %s", path, i.ID, i.Expires)
			}
		}
	}
	now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	for _, bad := range []ignored{
		{ID: "CVE-2026-12345", Statement: "it is never called"},
		{ID: "CVE-2026-12345", Expires: "2027-01-31"},
		{ID: "all", Statement: "it is never called", Expires: "2027-01-31"},
		{ID: "CVE-2026-12345", Statement: "it is never called", Expires: "2036-01-31"},
	} {
		if wrong, _ := bad.faults(now); len(wrong) != 1 {
			t.Errorf("%+v: %q", bad, wrong)
		}
	}
	if wrong, left := (ignored{ID: "CVE-2026-12345", Statement: "it is never called", Expires: "2026-11-24"}).faults(now); len(wrong) > 0 || left >= 0 {
		t.Errorf("one that ran out yesterday: %q, %v left", wrong, left)
	}
}

// TestSecurityNamesTests: SECURITY.md names a test for each promise, and each
// is there.
func TestSecurityNamesTests(t *testing.T) {
	data, err := os.ReadFile("../SECURITY.md")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test\\w+)(?:/(\\w+))?`").FindAllStringSubmatch(string(data), -1)
	if len(named) < 10 {
		t.Errorf("%d tests are named", len(named))
	}
	var sources []string
	for _, pattern := range []string{"*_test.go", "*/*_test.go", "../charts/*_test.go", "../images/*_test.go", "../examples/*_test.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			sources = append(sources, string(text))
		}
	}
	for _, name := range named {
		there := func(text string) bool {
			return strings.Contains(text, "func "+name[1]+"(t *testing.T)") && (name[2] == "" || strings.Contains(text, `t.Run("`+name[2]+`"`))
		}
		if !slices.ContainsFunc(sources, there) {
			t.Errorf("SECURITY.md names %s, which is nowhere", strings.Trim(name[0], "`"))
		}
	}
	for _, file := range regexp.MustCompile(`\]\(([^):#]+)\)`).FindAllStringSubmatch(string(data), -1) {
		if _, err := os.Stat("../" + file[1]); err != nil {
			t.Errorf("SECURITY.md points to %v", err)
		}
	}
}
