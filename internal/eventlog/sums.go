package eventlog

import "slices"

// add adds the metrics of one task attempt.
func (m *Metrics) add(t *Metrics) {
	m.Tasks += t.Tasks
	m.RunTime += t.RunTime
	m.CPUTime += t.CPUTime
	m.DeserializeTime += t.DeserializeTime
	m.DeserializeCPUTime += t.DeserializeCPUTime
	m.ResultSerialization += t.ResultSerialization
	m.ResultBytes += t.ResultBytes
	m.GCTime += t.GCTime
	m.MemorySpill += t.MemorySpill
	m.DiskSpill += t.DiskSpill
	m.PeakExecution += t.PeakExecution
	m.PeakTask = max(m.PeakTask, t.PeakTask)
	m.Input += t.Input
	m.InputRecords += t.InputRecords
	m.Output += t.Output
	m.OutputRecords += t.OutputRecords
	m.RemoteBlocks += t.RemoteBlocks
	m.LocalBlocks += t.LocalBlocks
	m.RemoteRead += t.RemoteRead
	m.RemoteReadToDisk += t.RemoteReadToDisk
	m.LocalRead += t.LocalRead
	m.ShuffleRecords += t.ShuffleRecords
	m.FetchWait += t.FetchWait
	m.ShuffleWrite += t.ShuffleWrite
	m.ShuffleWriteRecords += t.ShuffleWriteRecords
	m.ShuffleWriteTime += t.ShuffleWriteTime
	m.PeakHeap = max(m.PeakHeap, t.PeakHeap)
}

// Add adds the sums of another stage, or of a part of one.
func (m *Metrics) Add(o Metrics) { m.add(&o) }

// finish computes what needs all tasks of the stage.
func (s *Stage) finish() {
	n := 0
	for i := range s.Tasks {
		if s.Tasks[i].Succeeded() {
			n++
		}
	}
	values := make([]int64, 0, n)
	dist := func(of func(*Task) int64) Dist {
		values = values[:0]
		for i := range s.Tasks {
			if s.Tasks[i].Succeeded() {
				values = append(values, of(&s.Tasks[i]))
			}
		}
		return distribution(values)
	}
	s.Durations = dist(func(t *Task) int64 { return int64(t.Duration) })
	s.RunTimes = dist(func(t *Task) int64 { return int64(t.RunTime) })
	s.Inputs = dist(func(t *Task) int64 { return int64(t.Input) })
	s.Kind = s.kind()
}

// distribution sorts the values.
func distribution(values []int64) Dist {
	if len(values) == 0 {
		return Dist{}
	}
	slices.Sort(values)
	at := func(q float64) int64 { return values[min(int(q*float64(len(values))), len(values)-1)] }
	d := Dist{N: len(values), Min: values[0], P25: at(.25), P50: at(.5), P75: at(.75), P95: at(.95), Max: values[len(values)-1]}
	for _, v := range values {
		d.Sum += v
	}
	return d
}

// kind tells by the bytes where they come from, and by the operators what is done with them.
func (s *Stage) kind() Kind {
	m := &s.Metrics
	switch files, shuffle := m.Input, m.ShuffleRead(); {
	case files == 0 && shuffle == 0:
		return KindOther
	case files >= shuffle && m.ShuffleWrite > 0:
		return KindScanShuffle
	case files >= shuffle && m.Output > 0:
		return KindScanWrite
	case files >= shuffle:
		return KindScan
	case s.Ops&OpShuffleJoin != 0:
		return KindShuffleJoin
	case s.Ops&OpAggregate != 0:
		return KindShuffleAgg
	case m.Output > 0:
		return KindShuffleWrite
	}
	return KindShuffle
}
