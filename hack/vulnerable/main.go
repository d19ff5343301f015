// Command vulnerable judges what govulncheck has found in the modules of this
// repository: vulnerable code that is called is a fault, unless an exception
// has a reason that has not run out.
//
//	vulnerable EXCEPTIONS DIR     answers of govulncheck -format json, one *.json a module
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sigs.k8s.io/yaml"
)

// exception is an entry of .govulnignore.yaml, which looks like .trivyignore.yaml.
type exception struct {
	ID        string   `json:"id"`
	Paths     []string `json:"paths"` // modules that have it; a path keeps it from hiding others
	Statement string   `json:"statement"`
	Expires   string   `json:"expired_at"`
}

// message is one of govulncheck's; others than these two say how it goes.
type message struct {
	OSV     *struct{ ID, Summary string }
	Finding *finding
}

type finding struct {
	OSV   string
	Fixed string `json:"fixed_version"`
	Trace []struct{ Module, Version, Package, Receiver, Function string }
}

// called is one vulnerability in one module's code.
type called struct {
	finding
	in, summary string
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: vulnerable EXCEPTIONS DIR")
		os.Exit(2)
	}
	all, err := read(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	if !all.judge(os.Stdout, time.Now().UTC()) {
		os.Exit(1)
	}
}

type answers struct {
	exceptions []exception
	found      []called
}

func read(file, dir string) (answers, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return answers{}, err
	}
	var list struct{ Vulnerabilities []exception }
	if err := yaml.UnmarshalStrict(text, &list); err != nil {
		return answers{}, fmt.Errorf("%s: %w", file, err)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil || len(paths) == 0 {
		return answers{}, errors.Join(fmt.Errorf("%s has no answers", dir), err)
	}
	a := answers{exceptions: list.Vulnerabilities}
	for _, path := range paths {
		answer, err := os.Open(path)
		if err != nil {
			return answers{}, err
		}
		found, err := calls(answer, strings.TrimSuffix(filepath.Base(path), ".json"))
		if err := errors.Join(err, answer.Close()); err != nil {
			return answers{}, fmt.Errorf("%s: %w", path, err)
		}
		a.found = append(a.found, found...)
	}
	return a, nil
}

// calls are the vulnerabilities whose code is called, each once for a module that has it, in the order of their IDs.
func calls(answer io.Reader, in string) ([]called, error) {
	summaries, found := map[string]string{}, map[string]finding{}
	for d := json.NewDecoder(answer); ; {
		var m message
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if m.OSV != nil {
			summaries[m.OSV.ID] = m.OSV.Summary
		}
		// It tells also of what is required and of what is imported only.
		if m.Finding != nil && len(m.Finding.Trace) > 0 && m.Finding.Trace[0].Function != "" {
			key := m.Finding.OSV + " " + m.Finding.Trace[0].Module
			if _, seen := found[key]; !seen {
				found[key] = *m.Finding
			}
		}
	}
	var all []called
	for _, key := range slices.Sorted(maps.Keys(found)) {
		all = append(all, called{found[key], in, summaries[found[key].OSV]})
	}
	return all, nil
}

// judge prints what was found, and reports whether all of it is excused.
func (a answers) judge(out io.Writer, now time.Time) bool {
	fine := true
	used := make([]bool, len(a.exceptions))
	for _, c := range a.found {
		first, last := c.Trace[0], c.Trace[len(c.Trace)-1]
		fixed := "no version fixes it"
		if c.Fixed != "" {
			fixed = "fixed in " + c.Fixed
		}
		verdict := "FAULT"
		for i, e := range a.exceptions {
			if e.ID != c.OSV || !slices.Contains(e.Paths, first.Module) {
				continue
			}
			used[i] = true
			if now.Format(time.DateOnly) < e.Expires {
				verdict = "excused until " + e.Expires + ", " + e.Statement
			} else {
				verdict = "FAULT, whose exception has run out on " + e.Expires
			}
		}
		fine = fine && !strings.HasPrefix(verdict, "FAULT")
		fmt.Fprintf(out, "%s: %s: %s\n  %s %s, %s; %s.%s calls it\n  %s\n", c.in, c.OSV, c.summary, first.Module, first.Version, fixed, last.Package, last.Function, verdict)
	}
	for i, e := range a.exceptions {
		if !used[i] {
			fmt.Fprintf(out, "warning: nothing needs the exception %s of %s any longer\n", e.ID, strings.Join(e.Paths, ", "))
		}
	}
	return fine
}
