package eventlog

import "bytes"

// member is a number in an object, under a key and in the order in which Spark writes them.
type member struct {
	key string                // with its quotes and colon
	to  func(*Metrics) *int64 // nil: it is not kept
}

// lead reads the members of an object that are numbers and come in the expected order. It is a short cut: nine tenths of what
// is read of a task are such numbers, and comparing the expected key costs a tenth of finding and looking up any key. Members
// that a version of Spark does not have are passed over; at the first one that is out of order it stops, before its key, and
// the way for all orders goes on from there. done says that the object ended.
func (s *scanner) lead(table []member, m *Metrics) (done bool) {
	b, i := s.b, s.i
	for _, f := range table {
		if len(b)-i <= len(f.key) || string(b[i:i+len(f.key)]) != f.key {
			continue
		}
		at := i + len(f.key)
		var n int64
		digits := at
		for at < len(b) && b[at]-'0' <= 9 {
			n = n*10 + int64(b[at]-'0')
			at++
		}
		if at == digits || at-digits > 18 || at == len(b) {
			return false
		}
		switch b[at] {
		case ',', '}':
		default:
			return false
		}
		if f.to != nil {
			*f.to(m) = n
		}
		i = at + 1
		s.i = i
		if b[at] == '}' {
			return true
		}
	}
	return false
}

// flat steps to the end of an object of numbers, from somewhere inside. It does nothing when there is another object in it.
func (s *scanner) flat() bool {
	n := bytes.IndexByte(s.b[s.i:], '}')
	if n < 0 || bytes.IndexByte(s.b[s.i:s.i+n], '{') >= 0 {
		return false
	}
	s.i += n + 1
	return true
}

var taskMembers = []member{
	{`"Executor Deserialize Time":`, func(m *Metrics) *int64 { return &m.DeserializeTime }},
	{`"Executor Deserialize CPU Time":`, func(m *Metrics) *int64 { return &m.DeserializeCPUTime }},
	{`"Executor Run Time":`, func(m *Metrics) *int64 { return &m.RunTime }},
	{`"Executor CPU Time":`, func(m *Metrics) *int64 { return &m.CPUTime }},
	{`"Peak Execution Memory":`, func(m *Metrics) *int64 { return &m.PeakExecution }},
	{`"Peak On Heap Execution Memory":`, nil}, // Since Spark 4.1.
	{`"Peak Off Heap Execution Memory":`, nil},
	{`"Result Size":`, func(m *Metrics) *int64 { return &m.ResultBytes }},
	{`"JVM GC Time":`, func(m *Metrics) *int64 { return &m.GCTime }},
	{`"Result Serialization Time":`, func(m *Metrics) *int64 { return &m.ResultSerialization }},
	{`"Memory Bytes Spilled":`, func(m *Metrics) *int64 { return &m.MemorySpill }},
	{`"Disk Bytes Spilled":`, func(m *Metrics) *int64 { return &m.DiskSpill }},
}

var shuffleReadMembers = []member{
	{`"Remote Blocks Fetched":`, func(m *Metrics) *int64 { return &m.RemoteBlocks }},
	{`"Local Blocks Fetched":`, func(m *Metrics) *int64 { return &m.LocalBlocks }},
	{`"Fetch Wait Time":`, func(m *Metrics) *int64 { return &m.FetchWait }},
	{`"Remote Bytes Read":`, func(m *Metrics) *int64 { return &m.RemoteRead }},
	{`"Remote Bytes Read To Disk":`, func(m *Metrics) *int64 { return &m.RemoteReadToDisk }},
	{`"Local Bytes Read":`, func(m *Metrics) *int64 { return &m.LocalRead }},
	{`"Total Records Read":`, func(m *Metrics) *int64 { return &m.ShuffleRecords }},
}

var shuffleWriteMembers = []member{
	{`"Shuffle Bytes Written":`, func(m *Metrics) *int64 { return &m.ShuffleWrite }},
	{`"Shuffle Write Time":`, func(m *Metrics) *int64 { return &m.ShuffleWriteTime }},
	{`"Shuffle Records Written":`, func(m *Metrics) *int64 { return &m.ShuffleWriteRecords }},
}

var inputMembers = []member{
	{`"Bytes Read":`, func(m *Metrics) *int64 { return &m.Input }},
	{`"Records Read":`, func(m *Metrics) *int64 { return &m.InputRecords }},
}

var outputMembers = []member{
	{`"Bytes Written":`, func(m *Metrics) *int64 { return &m.Output }},
	{`"Records Written":`, func(m *Metrics) *int64 { return &m.OutputRecords }},
}

var peakMembers = []member{{`"JVMHeapMemory":`, func(m *Metrics) *int64 { return &m.PeakHeap }}}

// taskHead reads the beginning of a task that succeeded, as Spark 2 to 4 write it. Otherwise it says no, and the event is read
// in the way for all orders.
func (s *scanner) taskHead(t *TaskEnd) bool {
	if !s.literal(`{"Event":"SparkListenerTaskEnd","Stage ID":`) {
		return false
	}
	t.Stage = int(s.number())
	if !s.literal(`,"Stage Attempt ID":`) {
		return false
	}
	t.StageAttempt = int(s.number())
	if !s.literal(`,"Task Type":`) {
		return false
	}
	t.Type = s.known()
	if !s.literal(`,"Task End Reason":{"Reason":"Success"},`) {
		return false
	}
	t.Reason = "Success"
	return !s.bad
}

// infoHead reads what is known of a task up to its list of accumulables, in the same way.
func (s *scanner) infoHead(t *TaskEnd) bool {
	number := func(key string, to *int64) bool {
		if !s.literal(key) {
			return false
		}
		*to = s.number()
		return true
	}
	text := func(key string) []byte {
		if !s.literal(key) {
			s.bad = true
			return nil
		}
		return s.raw()
	}
	truth := func(key string, to *bool) bool {
		if !s.literal(key) {
			return false
		}
		*to = s.truth()
		return true
	}
	var index, attempt, partition int64
	if !number(`{"Task ID":`, &t.ID) || !number(`,"Index":`, &index) || !number(`,"Attempt":`, &attempt) {
		return false
	}
	number(`,"Partition ID":`, &partition) // Since Spark 3.2.
	if !number(`,"Launch Time":`, &t.Launch) {
		return false
	}
	t.executor = text(`,"Executor ID":`)
	text(`,"Host":`)
	text(`,"Locality":`)
	if s.bad || !truth(`,"Speculative":`, &t.Speculative) || !number(`,"Getting Result Time":`, &t.GettingResult) ||
		!number(`,"Finish Time":`, &t.Finish) || !truth(`,"Failed":`, &t.Failed) || !truth(`,"Killed":`, &t.Killed) {
		return false
	}
	t.Index, t.Attempt = int(index), int(attempt)
	return s.literal(`,`)
}
