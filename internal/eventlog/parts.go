package eventlog

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// part is one file of a log.
type part struct {
	name    string // within the log, for people and for cursors
	path    string // within the file system
	number  int    // its place in a rolling log
	compact bool
	open    bool // its name says that it is still being written
}

// find lists the files of a log in the order in which they were written.
func find(fsys fs.FS, name string) ([]part, error) {
	name = path.Clean(name)
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, fault.Wrap(err, fault.Usage, "there is no event log at "+name, "ls -l "+path.Dir(name))
	}
	if !info.IsDir() {
		base := path.Base(name)
		return []part{{name: base, path: name, open: strings.HasSuffix(base, ".inprogress")}}, nil
	}
	entries, err := fs.ReadDir(fsys, name)
	if err != nil {
		return nil, fault.Wrap(err, fault.Failed, "cannot list the event log "+name, "")
	}
	parts := rolling(entries)
	if len(parts) == 0 {
		parts = databricks(entries)
	}
	if len(parts) == 0 {
		return nil, fault.New(fault.Usage, name+" is a directory without the files of an event log: neither events_1_… as Spark "+
			"writes them nor eventlog as Databricks does", "sparkwiz size --from "+path.Join(name, "<the log of one application>"))
	}
	for i := range parts {
		parts[i].path = path.Join(name, parts[i].name)
	}
	return parts, nil
}

// rolling are the files of Spark's own rolling logs: events_<n>_<application>[.codec][.compact], by number: 10 comes after 9.
// A compacted file replaces everything up to its number.
func rolling(entries []fs.DirEntry) []part {
	var parts []part
	unfinished := false
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "appstatus_") && strings.HasSuffix(e.Name(), ".inprogress") {
			unfinished = true
		}
		rest, ok := strings.CutPrefix(e.Name(), "events_")
		digits, _, found := strings.Cut(rest, "_")
		n, err := strconv.Atoi(digits)
		if !ok || !found || err != nil || e.IsDir() {
			continue
		}
		parts = append(parts, part{name: e.Name(), number: n, compact: strings.HasSuffix(e.Name(), ".compact")})
	}
	slices.SortFunc(parts, func(a, b part) int {
		if a.number != b.number {
			return a.number - b.number
		}
		return strings.Compare(a.name, b.name) // The compacted one is the longer name, and comes last.
	})
	for i, p := range slices.Backward(parts) {
		if p.compact {
			parts = parts[i:]
			break
		}
	}
	if len(parts) > 0 {
		parts[len(parts)-1].open = unfinished
	}
	return parts
}

// databricks are the files of a Databricks cluster: eventlog-<date>--<hour>[.gz], by date, then eventlog, which is the newest.
func databricks(entries []fs.DirEntry) []part {
	var parts []part
	for _, e := range entries {
		if e.IsDir() || !strings.HasPrefix(e.Name(), "eventlog") {
			continue
		}
		parts = append(parts, part{name: e.Name()})
	}
	newest := func(p part) int {
		if p.name == "eventlog" {
			return 1
		}
		return 0
	}
	slices.SortFunc(parts, func(a, b part) int {
		if n := newest(a) - newest(b); n != 0 {
			return n
		}
		return strings.Compare(a.name, b.name)
	})
	return parts
}

// gap says which number a rolling log lacks, empty when none.
func gap(parts []part) string {
	for i, p := range parts {
		if p.number == 0 || p.compact {
			continue
		}
		want := 1
		if i > 0 {
			want = parts[i-1].number + 1
		}
		if p.number != want {
			return fmt.Sprintf("events_%d_… is not there: the log starts later, or has a hole", want)
		}
	}
	return ""
}
