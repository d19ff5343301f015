package eventlog

import (
	"fmt"
	"io/fs"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Options limits and widens what is read. The zero value is right for most.
type Options struct {
	Tasks   bool // Events hands over TaskEnd as well; Read always looks at tasks
	MaxLine int  // bytes of one line that are kept in memory; 0: 16 MiB. Of longer ones only the beginning is looked at
}

// Cursor is where reading stopped: after the last complete line. Keep it, as JSON, to go on later. The zero value is the
// beginning.
type Cursor struct {
	Part  string `json:"part"`  // name of the file within the log
	Bytes int64  `json:"bytes"` // decompressed bytes of it that were read
	Lines int64  `json:"lines"` // lines that were read, over all parts
	Ended bool   `json:"ended"` // the event that ends the application was among them
}

// Read gathers the application that a log is about. name is a file, or a directory as Spark's rolling logs and Databricks make
// them, within fsys: os.DirFS, a zip, or a bucket. A log that is damaged or still being written is no error: what could be read
// is returned, and Incomplete says what is missing. An error means that there was no log to read.
//
// It keeps 28 bytes for each task and a little for each stage and job, and needs at most a line's memory beside. The collector
// of garbage lets a heap double by default: who reads millions of tasks calls debug.SetGCPercent with 20 or so before.
func Read(fsys fs.FS, name string, o Options) (Application, error) {
	parts, err := find(fsys, name)
	if err != nil {
		return Application{}, err
	}
	c := newCollector()
	w := &walker{fsys: fsys, limit: o.MaxLine, decoder: decoder{tasks: true, plans: true, names: map[string]Ops{}}, visit: c.event}
	if err := w.run(parts); err != nil {
		return Application{}, err
	}
	if w.at.Lines == 0 && len(w.notes) == 0 {
		w.note("the log is empty")
	}
	if c.events == 0 && w.damaged > 0 {
		return Application{}, fault.New(fault.Usage, name+" is no Spark event log: none of its lines is an event",
			"sparkwiz size --from <a file or directory under spark.eventLog.dir>")
	}
	a := c.application(w.at.Ended)
	a.Bytes, a.Lines = w.bytes, w.at.Lines
	a.Incomplete = append(w.incomplete(parts, a), a.Incomplete...)
	return *a, nil
}

// incomplete is why the log is not all of the application, as far as its files tell.
func (w *walker) incomplete(parts []part, a *Application) []string {
	notes := w.notes
	if hole := gap(parts); hole != "" {
		notes = append(notes, hole)
	}
	if parts[0].compact {
		notes = append(notes, parts[0].name+" was compacted: Spark removed what belonged to finished jobs")
	}
	if w.damaged > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d lines are damaged", w.damaged, w.at.Lines))
	}
	if w.cut > 0 {
		notes = append(notes, fmt.Sprintf("%d lines were too long to keep", w.cut))
	}
	if !a.Ended {
		switch {
		case parts[len(parts)-1].open:
			notes = append(notes, "the log is still being written, or the driver was killed")
		case a.Databricks: // Its clusters log no end of an application.
		default:
			notes = append(notes, "the log ends before the application does")
		}
	}
	return notes
}

// Events reads all complete lines after a cursor, hands them to visit in the order of the log, and returns where it stopped.
// A log that is still being written can be read again from there: a line that is not finished yet, or a compressed block that
// is not, waits for the next time. It stops at the first error of visit and returns it, with the cursor before that event.
func Events(fsys fs.FS, name string, from Cursor, o Options, visit func(Event) error) (Cursor, error) {
	parts, err := find(fsys, name)
	if err != nil {
		return from, err
	}
	w := &walker{fsys: fsys, limit: o.MaxLine, decoder: decoder{tasks: o.Tasks, properties: true}, at: from}
	w.visit = func(e Event) error {
		switch e := e.(type) {
		case *databricksLog:
			return nil
		case *TaskEnd:
			e.Executor = plain(e.executor)
		}
		return visit(e)
	}
	err = w.run(parts)
	return w.at, err
}
