package eventlog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// walker goes through the parts of a log, line by line.
type walker struct {
	fsys    fs.FS
	decoder decoder
	limit   int
	at      Cursor
	buf     []byte
	bytes   int64 // of all parts, decompressed
	damaged int64
	cut     int64
	notes   []string // why the log is not complete
	visit   func(Event) error
}

// run reads from the cursor to the end of what is there.
func (w *walker) run(parts []part) error {
	first, err := resume(parts, w.at.Part)
	if err != nil {
		return err
	}
	for i, p := range parts[first:] {
		last := first+i == len(parts)-1
		if p.name != w.at.Part && !samePart(p.name, w.at.Part) {
			w.at.Bytes = 0
		}
		w.at.Part = p.name
		if err := w.part(p, last); err != nil {
			return err
		}
	}
	return nil
}

// part reads one file. What is wrong with its bytes becomes a note; errors are those of visitors, and of files that cannot be
// opened at all.
func (w *walker) part(p part, last bool) error {
	file, err := w.fsys.Open(p.path)
	if err != nil {
		return fault.Wrap(err, fault.Failed, "cannot open the event log "+p.path, "ls -l "+p.path)
	}
	defer file.Close()
	r, done, err := decompress(file)
	if err != nil {
		if errors.Is(err, errCodec) {
			return fault.Wrap(err, fault.Usage, "cannot read the event log "+p.path, "")
		}
		w.note("%s: %v", p.name, err)
		return nil
	}
	defer done()
	if n, err := io.CopyN(io.Discard, r, w.at.Bytes); err != nil {
		w.note("%s is shorter than what was read of it before: %d bytes, not %d", p.name, n, w.at.Bytes)
		return nil
	}
	l := newLines(r, w.buf, w.limit)
	err = w.lines(l, last)
	w.buf = l.buf
	if err == nil && l.fault() != nil {
		if errors.Is(l.fault(), io.ErrUnexpectedEOF) {
			w.note("%s ends in the middle of a compressed block", p.name)
		} else {
			w.note("%s cannot be read to its end: %v", p.name, l.fault())
		}
	}
	return err
}

// lines hands over the events of a file. In the last file a line that is not finished is left for the next time.
func (w *walker) lines(l *lines, last bool) error {
	start := w.at.Bytes
	for {
		line := l.next()
		if line == nil {
			return nil
		}
		if !l.whole && !complete(line) {
			if last {
				w.note("the last line ends in the middle")
			} else {
				w.note("%s ends in the middle of a line", w.at.Part)
			}
			return nil
		}
		if err := w.line(line, l.cut); err != nil {
			return err
		}
		w.at.Bytes = start + l.seen
	}
}

func (w *walker) line(line []byte, cut bool) error {
	w.bytes += int64(len(line)) + 1
	if len(line) == 0 {
		return nil
	}
	w.at.Lines++
	event, ok := w.decoder.decode(line)
	if cut {
		w.cut++
	} else if !ok {
		w.damaged++
	}
	if event == nil {
		return nil
	}
	if err := w.visit(event); err != nil {
		w.at.Lines--
		return err
	}
	if _, ended := event.(*ApplicationEnd); ended {
		w.at.Ended = true
	}
	return nil
}

func (w *walker) note(format string, values ...any) {
	w.notes = append(w.notes, fmt.Sprintf(format, values...))
}

// complete says whether a line is a whole object.
func complete(line []byte) bool {
	s := scanner{b: line}
	if s.peek() != '{' {
		return false
	}
	s.container()
	return !s.bad && s.peek() == 0
}

// resume is the index of the part to go on with.
func resume(parts []part, name string) (int, error) {
	if name == "" {
		return 0, nil
	}
	if i := slices.IndexFunc(parts, func(p part) bool { return samePart(p.name, name) }); i >= 0 {
		return i, nil
	}
	// The part was compacted away: everything after its number is new.
	rest, ok := strings.CutPrefix(name, "events_")
	digits, _, found := strings.Cut(rest, "_")
	if n, err := strconv.Atoi(digits); ok && found && err == nil {
		if i := slices.IndexFunc(parts, func(p part) bool { return p.number > n }); i >= 0 {
			return i, nil
		}
		return len(parts), nil
	}
	return 0, fault.New(fault.Failed, "the event log has no file "+name+" any more, where reading stopped the last time", "")
}

// samePart is true for a file and for its name while it was being written.
func samePart(a, b string) bool {
	return strings.TrimSuffix(a, ".inprogress") == strings.TrimSuffix(b, ".inprogress")
}
