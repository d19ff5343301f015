package fleet

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// part is a file that makes a directory a log: of Spark's rolling logs, or of
// a Databricks cluster.
var part = regexp.MustCompile(`^(events_\d+_.+|eventlog(-\d{4}-\d{2}-\d{2}--.*)?)$`)

// Find lists the logs at and below a path: a file is one, so is a directory of
// the parts of one; other directories are searched. Names are sorted. What is
// hidden, and the checksums that Hadoop leaves, are no logs.
func Find(fsys fs.FS, root string) ([]string, error) {
	root = path.Clean(root)
	info, err := fs.Stat(fsys, root)
	if err != nil || !info.IsDir() {
		return []string{root}, err
	}
	entries, err := fs.ReadDir(fsys, root)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return !e.IsDir() && part.MatchString(e.Name()) }) {
		return []string{root}, nil
	}
	var logs []string
	for _, e := range entries {
		name := e.Name()
		if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || strings.HasSuffix(name, ".crc") {
			continue
		}
		inside, err := Find(fsys, path.Join(root, name))
		if err != nil {
			return nil, err
		}
		logs = append(logs, inside...)
	}
	return logs, nil
}
