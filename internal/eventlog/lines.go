package eventlog

import (
	"bytes"
	"errors"
	"io"
)

// The buffer starts small enough for a processor's cache and grows up to the longest line that is kept whole.
const (
	firstBuffer = 256 << 10
	maxLine     = 16 << 20
)

// lines gives out the lines of a stream from one buffer. A line beyond the limit is cut: its beginning is given out and marked.
type lines struct {
	r        io.Reader
	buf      []byte
	from, to int // the bytes in the buffer that were not given out
	limit    int
	seen     int64 // bytes given out, with their line ends
	err      error
	whole    bool // the last line ended with a line end
	cut      bool // the last line was longer than the limit
}

func newLines(r io.Reader, buf []byte, limit int) *lines {
	if limit <= 0 {
		limit = maxLine
	}
	if buf == nil {
		buf = make([]byte, min(firstBuffer, limit))
	}
	return &lines{r: r, buf: buf, limit: limit}
}

// next is the next line without its end, nil when there is none. It is valid until the next call. What follows the last line
// end is given out too, with whole being false.
func (l *lines) next() []byte {
	looked := 0
	l.cut = false
	for {
		if n := bytes.IndexByte(l.buf[l.from+looked:l.to], '\n'); n >= 0 {
			line := l.buf[l.from : l.from+looked+n]
			l.from += len(line) + 1
			l.seen += int64(len(line)) + 1
			l.whole = true
			return line
		}
		looked = l.to - l.from
		if l.err != nil {
			line := l.buf[l.from:l.to]
			l.from = l.to
			l.seen += int64(len(line))
			l.whole = false
			if len(line) == 0 {
				return nil
			}
			return line
		}
		if looked >= l.limit {
			return l.cutLine()
		}
		l.fill()
	}
}

// fill reads more, after it has made room: by moving what is left to the front, or by doubling the buffer.
func (l *lines) fill() {
	if l.from > 0 {
		copy(l.buf, l.buf[l.from:l.to])
		l.from, l.to = 0, l.to-l.from
	}
	if l.to == len(l.buf) {
		larger := make([]byte, min(2*len(l.buf), l.limit+1))
		copy(larger, l.buf[:l.to])
		l.buf = larger
	}
	for range 100 {
		n, err := l.r.Read(l.buf[l.to:])
		l.to += n
		l.err = err
		if n > 0 || err != nil {
			return
		}
	}
	l.err = io.ErrNoProgress
}

// cutLine gives out the beginning of a line that is too long and drops the rest of it.
func (l *lines) cutLine() []byte {
	kept := bytes.Clone(l.buf[l.from : l.from+min(l.to-l.from, firstBuffer)])
	l.cut, l.whole = true, true
	for {
		if n := bytes.IndexByte(l.buf[l.from:l.to], '\n'); n >= 0 {
			l.from += n + 1
			l.seen += int64(n) + 1
			return kept
		}
		l.seen += int64(l.to - l.from)
		l.from, l.to = 0, 0
		if l.err != nil {
			l.whole = false
			return kept
		}
		l.fill()
	}
}

// fault is the error that ended the stream, nil at its proper end.
func (l *lines) fault() error {
	if errors.Is(l.err, io.EOF) {
		return nil
	}
	return l.err
}
