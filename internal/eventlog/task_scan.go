package eventlog

import "bytes"

// What follows the list of accumulables in an event of a task, in the order in which Spark writes it. The list is more than
// half of a log's bytes, and all we need of it is where it ends: at a bracket that one of these follows.
var (
	afterTask = []byte(`},"Task `)
)

// task reads the end of a task into t.
func (s *scanner) task(t *TaskEnd) {
	*t = TaskEnd{}
	s.fields(func(key []byte) {
		switch string(key) {
		case "Stage ID":
			t.Stage = int(s.number())
		case "Stage Attempt ID":
			t.StageAttempt = int(s.number())
		case "Task Type":
			t.Type = s.known()
		case "Task End Reason":
			s.reason(t)
		case "Task Info":
			s.taskInfo(t)
		case "Task Executor Metrics":
			s.taskPeaks(&t.Metrics)
		case "Task Metrics":
			if s.peek() == '{' {
				t.HasMetrics = true
				s.taskMetrics(&t.Metrics)
				return
			}
			s.skip()
		default:
			s.skip()
		}
	})
	if t.HasMetrics {
		t.Metrics.Tasks = 1
	}
}

// known is a string of which there are few, without memory for each.
func (s *scanner) known() string {
	if s.peek() != '"' {
		s.skip()
		return ""
	}
	switch raw := s.raw(); string(raw) {
	case "ShuffleMapTask":
		return "ShuffleMapTask"
	case "ResultTask":
		return "ResultTask"
	case "Success":
		return "Success"
	default:
		return string(raw)
	}
}

func (s *scanner) reason(t *TaskEnd) {
	s.fields(func(key []byte) {
		if string(key) == "Reason" {
			t.Reason = s.known()
			return
		}
		s.skip()
	})
}

func (s *scanner) taskInfo(t *TaskEnd) {
	s.fields(func(key []byte) {
		switch string(key) {
		case "Task ID":
			t.ID = s.number()
		case "Index":
			t.Index = int(s.number())
		case "Attempt":
			t.Attempt = int(s.number())
		case "Launch Time":
			t.Launch = s.number()
		case "Executor ID":
			t.executor = s.raw()
		case "Speculative":
			t.Speculative = s.truth()
		case "Getting Result Time":
			t.GettingResult = s.number()
		case "Finish Time":
			t.Finish = s.number()
		case "Failed":
			t.Failed = s.truth()
		case "Killed":
			t.Killed = s.truth()
		case "Accumulables":
			s.accumulables()
		default:
			s.skip()
		}
	})
}

// accumulables steps over the list, by its end when what follows is what Spark writes there.
func (s *scanner) accumulables() {
	if s.peek() != '[' {
		s.skip()
		return
	}
	for at := s.i; ; {
		n := bytes.IndexByte(s.b[at:], ']')
		if n < 0 {
			break
		}
		at += n + 1
		if bytes.HasPrefix(s.b[at:], afterTask) {
			s.i = at
			return
		}
	}
	s.skip()
}

// taskPeaks are the highest values that the executor saw while the task ran.
func (s *scanner) taskPeaks(m *Metrics) {
	s.fields(func(key []byte) {
		if string(key) == "JVMHeapMemory" {
			m.PeakHeap = s.number()
			return
		}
		s.skip()
	})
}

func (s *scanner) taskMetrics(m *Metrics) {
	s.fields(func(key []byte) {
		switch string(key) {
		case "Executor Deserialize Time":
			m.DeserializeTime = s.number()
		case "Executor Deserialize CPU Time":
			m.DeserializeCPUTime = s.number()
		case "Executor Run Time":
			m.RunTime = s.number()
		case "Executor CPU Time":
			m.CPUTime = s.number()
		case "Peak Execution Memory":
			m.PeakExecution = s.number()
			m.PeakTask = m.PeakExecution
		case "Result Size":
			m.ResultBytes = s.number()
		case "JVM GC Time":
			m.GCTime = s.number()
		case "Result Serialization Time":
			m.ResultSerialization = s.number()
		case "Memory Bytes Spilled":
			m.MemorySpill = s.number()
		case "Disk Bytes Spilled":
			m.DiskSpill = s.number()
		case "Shuffle Read Metrics":
			s.shuffleRead(m)
		case "Shuffle Write Metrics":
			s.shuffleWrite(m)
		case "Input Metrics":
			m.Input, m.InputRecords = s.counts("Bytes Read", "Records Read")
		case "Output Metrics":
			m.Output, m.OutputRecords = s.counts("Bytes Written", "Records Written")
		default:
			s.skip()
		}
	})
}

func (s *scanner) shuffleRead(m *Metrics) {
	s.fields(func(key []byte) {
		switch string(key) {
		case "Remote Blocks Fetched":
			m.RemoteBlocks = s.number()
		case "Local Blocks Fetched":
			m.LocalBlocks = s.number()
		case "Fetch Wait Time":
			m.FetchWait = s.number()
		case "Remote Bytes Read":
			m.RemoteRead = s.number()
		case "Remote Bytes Read To Disk":
			m.RemoteReadToDisk = s.number()
		case "Local Bytes Read":
			m.LocalRead = s.number()
		case "Total Records Read":
			m.ShuffleRecords = s.number()
		default:
			s.skip()
		}
	})
}

func (s *scanner) shuffleWrite(m *Metrics) {
	s.fields(func(key []byte) {
		switch string(key) {
		case "Shuffle Bytes Written":
			m.ShuffleWrite = s.number()
		case "Shuffle Write Time":
			m.ShuffleWriteTime = s.number()
		case "Shuffle Records Written":
			m.ShuffleWriteRecords = s.number()
		default:
			s.skip()
		}
	})
}

// counts is an object of two numbers that matter.
func (s *scanner) counts(bytesKey, recordsKey string) (size, records int64) {
	s.fields(func(key []byte) {
		switch string(key) {
		case bytesKey:
			size = s.number()
		case recordsKey:
			records = s.number()
		default:
			s.skip()
		}
	})
	return size, records
}
