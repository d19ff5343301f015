package eventlog_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"github.com/sparkwiz/sparkwiz/internal/eventlog"
)

// small is a log of one application with n tasks.
func small(n int) []byte {
	var b strings.Builder
	write := func(format string, values ...any) { fmt.Fprintf(&b, format+"\n", values...) }
	write(`{"Event":"SparkListenerLogStart","Spark Version":"4.1.4"}`)
	write(`{"Event":"SparkListenerExecutorAdded","Timestamp":1700000000500,"Executor ID":"1","Executor Info":{"Host":"h","Total Cores":2}}`)
	write(`{"Event":"SparkListenerApplicationStart","App Name":"small","App ID":"app-1","Timestamp":1700000000000,"User":"me"}`)
	write(`{"Event":"SparkListenerJobStart","Job ID":0,"Submission Time":1700000001000,"Stage Infos":[{"Stage ID":0,"Number of Tasks":%d}],"Properties":{"a":"b"}}`, n)
	write(`{"Event":"SparkListenerStageSubmitted","Stage Info":{"Stage ID":0,"Stage Attempt ID":0,"Stage Name":"s","Number of Tasks":%d,"Submission Time":1700000001000}}`, n)
	for i := range n {
		write(`{"Event":"SparkListenerTaskStart","Stage ID":0,"Stage Attempt ID":0,"Task Info":{"Task ID":%d}}`, i)
		write(`{"Event":"SparkListenerTaskEnd","Stage ID":0,"Stage Attempt ID":0,"Task Type":"ResultTask","Task End Reason":{"Reason":"Success"},"Task Info":{"Task ID":%d,"Index":%d,"Attempt":0,"Launch Time":%d,"Executor ID":"1","Finish Time":%d,"Failed":false,"Killed":false,"Accumulables":[{"ID":1,"Name":"a]},b","Value":[1,2]}]},"Task Metrics":{"Executor Run Time":90,"Input Metrics":{"Bytes Read":1000,"Records Read":10}}}`,
			i, i, 1700000001000+100*int64(i/2), 1700000001100+100*int64(i/2))
	}
	write(`{"Event":"SparkListenerStageCompleted","Stage Info":{"Stage ID":0,"Stage Attempt ID":0,"Stage Name":"s","Number of Tasks":%d,"Submission Time":1700000001000,"Completion Time":1700000009000}}`, n)
	write(`{"Event":"SparkListenerJobEnd","Job ID":0,"Completion Time":1700000009000,"Job Result":{"Result":"JobSucceeded"}}`)
	write(`{"Event":"SparkListenerApplicationEnd","Timestamp":1700000010000}`)
	return []byte(b.String())
}

// lz4Block writes what lz4-java's LZ4BlockOutputStream writes, in blocks of 32 KiB as Spark asks for. Its checksum is not
// looked at.
func lz4Block(t testing.TB, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	block := func(method byte, packed []byte, plain int) {
		out.WriteString("LZ4Block")
		out.WriteByte(method | 5)
		for _, n := range []int{len(packed), plain, 0} {
			out.Write(binary.LittleEndian.AppendUint32(nil, uint32(n)))
		}
		out.Write(packed)
	}
	for len(data) > 0 {
		n := min(32<<10, len(data))
		packed := make([]byte, lz4.CompressBlockBound(n))
		size, err := lz4.CompressBlock(data[:n], packed, nil)
		if err != nil {
			t.Fatal(err)
		}
		if size == 0 || size >= n || out.Len() == 0 { // The first one is stored as it is, so that both methods are read.
			block(0x10, data[:n], n)
		} else {
			block(0x20, packed[:size], n)
		}
		data = data[n:]
	}
	block(0x10, nil, 0)
	return out.Bytes()
}

// snappyStream writes what snappy-java's SnappyOutputStream writes.
func snappyStream(data []byte) []byte {
	var out bytes.Buffer
	out.WriteString("\x82SNAPPY\x00")
	out.Write([]byte{0, 0, 0, 1, 0, 0, 0, 1})
	for len(data) > 0 {
		n := min(32<<10, len(data))
		packed := snappy.Encode(nil, data[:n])
		out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(packed))))
		out.Write(packed)
		data = data[n:]
	}
	return out.Bytes()
}

// lzfChunks writes chunks that are stored as they are; testdata has packed ones.
func lzfChunks(data []byte) []byte {
	var out []byte
	for len(data) > 0 {
		n := min(0xffff, len(data))
		out = binary.BigEndian.AppendUint16(append(out, "ZV\x00"...), uint16(n))
		out = append(out, data[:n]...)
		data = data[n:]
	}
	return out
}

func packed(t testing.TB, data []byte, writer func(io.Writer) io.WriteCloser) []byte {
	t.Helper()
	var out bytes.Buffer
	w := writer(&out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// encodings are the same log under every codec.
func encodings(t testing.TB, data []byte) map[string][]byte {
	t.Helper()
	zstandard := func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest))
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	return map[string][]byte{
		"plain":      data,
		"lz4":        lz4Block(t, data),
		"joined lz4": append(lz4Block(t, data[:len(data)/2]), lz4Block(t, data[len(data)/2:])...),
		"lzf":        lzfChunks(data),
		"snappy":     snappyStream(data),
		"gz":         packed(t, data, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }),
		"zstd":       packed(t, data, zstandard),
		// Two frames, as when a driver writes on after a restart.
		"joined zstd": append(packed(t, data[:len(data)/2], zstandard), packed(t, data[len(data)/2:], zstandard)...),
	}
}

func TestCodecs(t *testing.T) {
	data := small(1000)
	for codec, encoded := range encodings(t, data) {
		t.Run(codec, func(t *testing.T) {
			a, err := eventlog.Read(fstest.MapFS{"log": {Data: encoded}}, "log", eventlog.Options{})
			if err != nil {
				t.Fatal(err)
			}
			o := eventlog.Observe(&a)
			if o.Tasks != 1000 || o.ExecutorRunTimeMs != 90_000 || o.InputBytes != 1_000_000 || o.DurationMs != 10_000 || len(a.Incomplete) > 0 {
				t.Errorf("%+v", o)
			}
			if a.Bytes != int64(len(data)) {
				t.Errorf("%d bytes of %d", a.Bytes, len(data))
			}
		})
	}
}

// TestTruncated cuts each encoding everywhere: what was read is a prefix of the truth and said to be incomplete.
func TestTruncated(t *testing.T) {
	for codec, encoded := range encodings(t, small(200)) {
		most := 0
		for cut := 0; cut < len(encoded); cut += 1 + len(encoded)/100 {
			a, err := eventlog.Read(fstest.MapFS{"log": {Data: encoded[:cut]}}, "log", eventlog.Options{})
			if err != nil {
				if cut > 200 {
					t.Errorf("%s cut at %d: %v", codec, cut, err)
				}
				continue
			}
			o := eventlog.Observe(&a)
			if !o.Incomplete || len(o.IncompleteBecause) == 0 {
				t.Fatalf("%s cut at %d of %d passes for complete: %+v", codec, cut, len(encoded), o)
			}
			if o.Tasks < most && !strings.Contains(codec, "joined") {
				t.Errorf("%s cut at %d has %d tasks, and had %d before", codec, cut, o.Tasks, most)
			}
			most = max(most, o.Tasks)
		}
		if most < 50 {
			t.Errorf("%s: at most %d tasks were read of a log that was cut", codec, most)
		}
	}
}

// TestOthers: files that are no logs of Spark get an error with what to do.
func TestOthers(t *testing.T) {
	for _, data := range []string{
		"PK\x03\x04", "\x04\x22\x4d\x18", "hello\nworld\n", "{}\n{}\n", "\x00\x01\x02\n", `{"Event":5}` + "\n",
	} {
		if a, err := eventlog.Read(fstest.MapFS{"log": {Data: []byte(data)}}, "log", eventlog.Options{}); err == nil {
			t.Errorf("%q is a log: %+v", data, a)
		}
	}
	if _, err := eventlog.Read(fstest.MapFS{}, "missing", eventlog.Options{}); err == nil {
		t.Error("a missing file is a log")
	}
	if _, err := eventlog.Read(fstest.MapFS{"dir/readme": {}}, "dir", eventlog.Options{}); err == nil {
		t.Error("a directory without logs is one")
	}
}
