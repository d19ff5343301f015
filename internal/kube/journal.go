package kube

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Entry is one line of the journal. It is a hint for people and for expected
// times; what is so is read from the cluster on every run.
type Entry struct {
	Time   time.Time     `json:"time"`
	Run    string        `json:"run"`
	Plan   string        `json:"plan"`
	Holder string        `json:"holder,omitempty"`
	Step   string        `json:"step,omitempty"`
	Phase  string        `json:"phase"` // run, begin, applied, ready, failed, end
	Took   time.Duration `json:"took,omitempty"`
	Note   string        `json:"note,omitempty"`
}

// Journal is a file of lines that are only ever appended. A nil Journal
// keeps nothing.
type Journal struct {
	mu   sync.Mutex
	file *os.File
}

// OpenJournal opens or makes the journal in a state directory.
func OpenJournal(dir string) (*Journal, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(journalPath(dir), os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	if torn(file) {
		// The next line must not be glued to half a line.
		_, err = file.WriteString("\n")
	}
	return &Journal{file: file}, err
}

// torn reports whether the last line was not written to its end.
func torn(file *os.File) bool {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return false
	}
	last := make([]byte, 1)
	_, err = file.ReadAt(last, info.Size()-1)
	return err == nil && last[0] != '\n'
}

func journalPath(dir string) string { return filepath.Join(dir, "journal.ndjson") }

// Append writes one line and has it on disk when it returns.
func (j *Journal) Append(e Entry) error {
	if j == nil {
		return nil
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return j.file.Sync()
}

// Close closes the file.
func (j *Journal) Close() error {
	if j == nil {
		return nil
	}
	return j.file.Close()
}

// ReadJournal reads what a state directory remembers. No journal is no
// memory; lines that cannot be read, such as one torn by a power cut, are
// left out.
func ReadJournal(dir string) ([]Entry, error) {
	data, err := os.ReadFile(journalPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var entries []Entry
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		var e Entry
		if json.Unmarshal(lines.Bytes(), &e) == nil {
			entries = append(entries, e)
		}
	}
	return entries, nil
}
