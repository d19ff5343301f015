package fleet

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Object is an object of a bucket as a listing shows it.
type Object struct {
	Name     string // below the directory that is read
	Size     int64  // bytes
	Modified int64  // nanoseconds since 1970
}

// Log is an event log as a listing shows it: an object, or the objects of a
// directory that is one.
type Log struct {
	Name     string // "." is the directory that is read
	Objects  int
	Size     int64 // bytes, of all objects
	Modified int64 // of the latest
}

// Logs are the event logs among objects, as Find finds them among files. One
// listing of everything costs less than one for each directory.
func Logs(objects []Object) []Log {
	whole := map[string]bool{} // directories that are one log
	for _, o := range objects {
		if dir, file := path.Split(o.Name); part.MatchString(file) {
			whole[path.Clean(dir)] = true
		}
	}
	at := map[string]int{}
	var logs []Log
	for _, o := range objects {
		name, ok := logOf(o.Name, whole)
		if !ok {
			continue
		}
		i, seen := at[name]
		if !seen {
			i = len(logs)
			at[name] = i
			logs = append(logs, Log{Name: name})
		}
		l := &logs[i]
		l.Objects, l.Size, l.Modified = l.Objects+1, l.Size+o.Size, max(l.Modified, o.Modified)
	}
	slices.SortFunc(logs, func(a, b Log) int { return strings.Compare(a.Name, b.Name) })
	return logs
}

// logOf is the log that an object belongs to, if it belongs to one: the first
// directory on the way to it that is a log, or itself. What is hidden on that
// way is none, nor are markers of directories.
func logOf(object string, whole map[string]bool) (string, bool) {
	if object == "" || strings.HasSuffix(object, "/") {
		return "", false
	}
	if whole["."] {
		return ".", true
	}
	for end := 0; ; {
		name, _, more := strings.Cut(object[end:], "/")
		if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || strings.HasSuffix(name, ".crc") {
			return "", false
		}
		end += len(name)
		if !more || whole[object[:end]] {
			return object[:end], true
		}
		end++
	}
}

// Shard says which of n machines reads a log, from 0. It depends on the name
// alone: machines that list at different times, while logs come and go, still
// agree on who reads what.
func (l Log) Shard(n int) int {
	sum := sha256.Sum256([]byte(l.Name))
	return int(binary.BigEndian.Uint64(sum[:8]) % uint64(n)) //nolint:gosec // less than n
}

// Key is the name of the row of a log that was read with some settings:
// another log, other settings and another state of the log have other names,
// so that a listing of names says what is still to be read. Names of one log
// and settings begin alike: with KeyOf.
func (l Log) Key(settings string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %d", l.Objects, l.Size, l.Modified))
	return l.KeyOf(settings) + hex.EncodeToString(sum[:8]) + ".json"
}

// KeyOf is how the names of a log's rows begin, whatever its state.
func (l Log) KeyOf(settings string) string {
	sum := sha256.Sum256([]byte(l.Name))
	return hex.EncodeToString(sum[:12]) + "-" + settings + "-"
}
