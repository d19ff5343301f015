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
	visit := func(key []byte) {
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
	}
	if s.taskHead(t) {
		s.members(visit)
	} else {
		s.i, s.bad = 0, false
		s.fields(visit)
	}
	if t.HasMetrics {
		t.Metrics.Tasks, t.Metrics.PeakTask = 1, t.Metrics.PeakExecution
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
	from := s.i
	visit := func(key []byte) {
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
	}
	if s.infoHead(t) {
		s.members(visit)
		return
	}
	s.i, s.bad = from, false
	s.fields(visit)
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
	if !s.enter() {
		return
	}
	at := s.i
	if s.lead(peakMembers, m) || s.i > at && s.flat() { // The one that matters was the first.
		return
	}
	s.members(func(key []byte) { s.among(m, peakMembers, key) })
}

func (s *scanner) taskMetrics(m *Metrics) {
	if !s.enter() || s.lead(taskMembers, m) {
		return
	}
	s.members(func(key []byte) {
		switch string(key) {
		case "Shuffle Read Metrics":
			s.counts(m, shuffleReadMembers)
		case "Shuffle Write Metrics":
			s.counts(m, shuffleWriteMembers)
		case "Input Metrics":
			s.counts(m, inputMembers)
		case "Output Metrics":
			s.counts(m, outputMembers)
		default:
			s.among(m, taskMembers, key)
		}
	})
}

// counts is an object of numbers, in any order.
func (s *scanner) counts(m *Metrics, table []member) {
	if !s.enter() || s.lead(table, m) {
		return
	}
	s.members(func(key []byte) { s.among(m, table, key) })
}

// among reads a number under a key of a table, and steps over any other value.
func (s *scanner) among(m *Metrics, table []member, key []byte) {
	for _, f := range table {
		if f.to != nil && string(key) == f.key[1:len(f.key)-2] {
			*f.to(m) = s.number()
			return
		}
	}
	s.skip()
}
