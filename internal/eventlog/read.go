package eventlog

import (
	"errors"
	"io/fs"
)

// Options limits and widens what is read. The zero value is right for most.
type Options struct {
	Tasks   bool // Events hands over TaskEnd as well; Read always looks at tasks
	MaxLine int  // bytes of one line that are kept in memory; 0: 16 MiB. Of longer ones only the beginning and the end are read
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
func Read(fsys fs.FS, name string, o Options) (Application, error) {
	return Application{}, errors.ErrUnsupported
}

// Events reads all complete lines after a cursor, hands them to visit in the order of the log, and returns where it stopped.
// A log that is still being written can be read again from there: a line that is not finished yet, or a compressed block that
// is not, waits for the next time. It stops at the first error of visit and returns it, with the cursor before that event.
func Events(fsys fs.FS, name string, from Cursor, o Options, visit func(Event) error) (Cursor, error) {
	return from, errors.ErrUnsupported
}

// Observe adds up what was measured.
func Observe(a *Application) Observed { return Observed{} }

// Findings judges it.
func Findings(a *Application) []Finding { return nil }
