package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/klauspost/compress/zstd"
)

// step is between the IDs of two copies of a log: more than any log has of them.
const step = 1_000_000

// once are the events that an application has a single time.
var once = []string{
	"SparkListenerLogStart", "SparkListenerEnvironmentUpdate", "SparkListenerApplicationStart", "SparkListenerApplicationEnd",
	"SparkListenerResourceProfileAdded", "SparkListenerExecutorAdded", "SparkListenerExecutorRemoved", "SparkListenerBlockManagerAdded",
	"SparkListenerBlockManagerRemoved",
}

// generate writes one log of about size bytes that is made of the lines of real ones: copy after copy, each with IDs of its own.
func generate(sources []string, size int64, out string) error {
	file, err := os.Create(out)
	if err != nil {
		return err
	}
	defer file.Close()
	w := bufio.NewWriterSize(file, 1<<20)
	var written int64
	var last []byte
	for n := 0; written < size; n++ {
		before := written
		err := eachLine(sources[n%len(sources)], func(line []byte) error {
			if n > 0 && single(line) {
				return nil
			}
			if bytes.HasPrefix(line, []byte(`{"Event":"SparkListenerApplicationEnd"`)) {
				last = bytes.Clone(line)
				return nil
			}
			line = shift(line, int64(n)*step)
			written += int64(len(line)) + 1
			if _, err := w.Write(line); err != nil {
				return err
			}
			return w.WriteByte('\n')
		})
		if err != nil {
			return err
		}
		if written == before {
			return fmt.Errorf("%s has no events", sources[n%len(sources)])
		}
	}
	if last == nil {
		last = []byte(`{"Event":"SparkListenerApplicationEnd","Timestamp":4000000000000}`)
	}
	if _, err := w.Write(append(last, '\n')); err != nil {
		return err
	}
	return errors.Join(w.Flush(), file.Close())
}

func single(line []byte) bool {
	for _, name := range once {
		if bytes.HasPrefix(line, []byte(`{"Event":"`+name+`"`)) {
			return true
		}
	}
	return false
}

// shift adds to every ID of a stage, job, task, query and total in a line. Attempts and partitions are counts, not IDs.
func shift(line []byte, by int64) []byte {
	if by == 0 {
		return line
	}
	out := make([]byte, 0, len(line)+256)
	for {
		i := bytes.Index(line, []byte(`":`))
		if i < 0 {
			return append(out, line...)
		}
		key := line[:i]
		out, line = append(out, line[:i+2]...), line[i+2:]
		switch {
		case bytes.HasSuffix(key, []byte("Attempt ID")), bytes.HasSuffix(key, []byte("Partition ID")):
		case bytes.HasSuffix(key, []byte("ID")), bytes.HasSuffix(key, []byte("xecutionId")), bytes.HasSuffix(key, []byte("accumulatorId")):
			out, line = number(out, line, by)
		case bytes.HasSuffix(key, []byte(" IDs")) && len(line) > 0 && line[0] == '[':
			for len(line) > 0 && line[0] != ']' {
				out, line = append(out, line[0]), line[1:]
				out, line = number(out, line, by)
			}
		case bytes.HasSuffix(key, []byte("spark.sql.execution.id")) && len(line) > 0 && line[0] == '"':
			out, line = number(append(out, '"'), line[1:], by)
		}
	}
}

// number moves one number from line to out, with something added.
func number(out, line []byte, by int64) (moved, rest []byte) {
	n := 0
	for n < len(line) && line[n] >= '0' && line[n] <= '9' {
		n++
	}
	if value, err := strconv.ParseInt(string(line[:n]), 10, 64); err == nil {
		return strconv.AppendInt(out, value+by, 10), line[n:]
	}
	return out, line
}

// eachLine goes through a log that is plain or compressed with zstd.
func eachLine(name string, visit func([]byte) error) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	r, done, err := decoded(bufio.NewReaderSize(file, 1<<20))
	if err != nil {
		return err
	}
	defer done()
	lines := bufio.NewReaderSize(r, 4<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if line = bytes.TrimSuffix(line, []byte{'\n'}); len(line) > 0 {
			if err := visit(line); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func decoded(b *bufio.Reader) (io.Reader, func(), error) {
	if head, _ := b.Peek(4); !bytes.Equal(head, []byte{0x28, 0xb5, 0x2f, 0xfd}) {
		return b, func() {}, nil
	}
	z, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(2))
	if err != nil {
		return nil, nil, err
	}
	return z, z.Close, nil
}
