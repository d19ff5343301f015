package eventlog

import "bytes"

// The properties of a job that are used here: the query it belongs to, and what somebody called it.
const (
	propertySQL         = "spark.sql.execution.id"
	propertyDescription = "spark.job.description"
	propertyGroup       = "spark.jobGroup.id"
)

func (s *scanner) jobStart(all bool) *JobStart {
	e := &JobStart{}
	s.fields(func(key []byte) {
		switch string(key) {
		case "Job ID":
			e.ID = int(s.number())
		case "Submission Time":
			e.Time = s.number()
		case "Stage Infos":
			s.items(func() { e.Stages = append(e.Stages, s.stageInfo()) })
		case "Stage IDs":
			e.stageIDs = s.numbers()
		case "Properties":
			if all {
				e.Properties = s.texts()
				return
			}
			e.Properties = s.some(propertySQL, propertyDescription, propertyGroup)
		default:
			s.skip()
		}
	})
	return e
}

// some is an object's strings under a few keys.
func (s *scanner) some(keys ...string) map[string]string {
	found := map[string]string{}
	s.fields(func(key []byte) {
		for _, k := range keys {
			if string(key) == k {
				found[k] = s.text()
				return
			}
		}
		s.skip()
	})
	return found
}

func (s *scanner) jobEnd() *JobEnd {
	e := &JobEnd{}
	s.fields(func(key []byte) {
		switch string(key) {
		case "Job ID":
			e.ID = int(s.number())
		case "Completion Time":
			e.Time = s.number()
		case "Job Result":
			s.fields(func(key []byte) {
				switch string(key) {
				case "Result":
					e.Succeeded = s.text() == "JobSucceeded"
				case "Exception":
					e.Reason = s.message()
				default:
					s.skip()
				}
			})
		default:
			s.skip()
		}
	})
	return e
}

// message is the text of an exception.
func (s *scanner) message() string {
	var text string
	s.fields(func(key []byte) {
		if string(key) == "Message" {
			text = s.text()
			return
		}
		s.skip()
	})
	return text
}

func (s *scanner) stageEvent() StageInfo {
	var info StageInfo
	s.fields(func(key []byte) {
		if string(key) == "Stage Info" {
			info = s.stageInfo()
			return
		}
		s.skip()
	})
	return info
}

func (s *scanner) stageInfo() StageInfo {
	var i StageInfo
	s.fields(func(key []byte) {
		switch string(key) {
		case "Stage ID":
			i.ID = int(s.number())
		case "Stage Attempt ID":
			i.Attempt = int(s.number())
		case "Stage Name":
			i.Name = s.text()
		case "Number of Tasks":
			i.NumTasks = int(s.number())
		case "Parent IDs":
			i.Parents = s.numbers()
		case "Submission Time":
			i.Submitted = s.number()
		case "Completion Time":
			i.Completed = s.number()
		case "Failure Reason":
			i.FailureReason = s.text()
		case "Resource Profile Id":
			i.ResourceProfile = int(s.number())
		case "Accumulables":
			s.items(func() { s.accumulable(&i) })
		default:
			s.skip()
		}
	})
	return i
}

// accumulable adds one total of a stage: Spark's own become its metrics, and the IDs of the others lead to operators.
func (s *scanner) accumulable(i *StageInfo) {
	var id, value int64
	var name []byte
	s.fields(func(key []byte) {
		switch string(key) {
		case "ID":
			id = s.number()
		case "Name":
			if s.peek() == '"' {
				name = s.raw()
				return
			}
			s.skip()
		case "Value":
			value = s.number()
		default:
			s.skip()
		}
	})
	if internal, ok := bytes.CutPrefix(name, []byte("internal.metrics.")); ok {
		if field := i.Metrics.field(string(internal)); field != nil {
			*field = value
		}
		return
	}
	i.accumulators = append(i.accumulators, id)
}

// field is the sum that Spark's internal accumulator of a name holds, nil for those that are not kept.
func (m *Metrics) field(name string) *int64 {
	switch name {
	case "executorRunTime":
		return &m.RunTime
	case "executorCpuTime":
		return &m.CPUTime
	case "executorDeserializeTime":
		return &m.DeserializeTime
	case "executorDeserializeCpuTime":
		return &m.DeserializeCPUTime
	case "resultSize":
		return &m.ResultBytes
	case "resultSerializationTime":
		return &m.ResultSerialization
	case "jvmGCTime":
		return &m.GCTime
	case "memoryBytesSpilled":
		return &m.MemorySpill
	case "diskBytesSpilled":
		return &m.DiskSpill
	case "peakExecutionMemory":
		return &m.PeakExecution
	case "input.bytesRead":
		return &m.Input
	case "input.recordsRead":
		return &m.InputRecords
	case "output.bytesWritten":
		return &m.Output
	case "output.recordsWritten":
		return &m.OutputRecords
	case "shuffle.read.remoteBlocksFetched":
		return &m.RemoteBlocks
	case "shuffle.read.localBlocksFetched":
		return &m.LocalBlocks
	case "shuffle.read.remoteBytesRead":
		return &m.RemoteRead
	case "shuffle.read.remoteBytesReadToDisk":
		return &m.RemoteReadToDisk
	case "shuffle.read.localBytesRead":
		return &m.LocalRead
	case "shuffle.read.recordsRead":
		return &m.ShuffleRecords
	case "shuffle.read.fetchWaitTime":
		return &m.FetchWait
	case "shuffle.write.bytesWritten":
		return &m.ShuffleWrite
	case "shuffle.write.recordsWritten":
		return &m.ShuffleWriteRecords
	case "shuffle.write.writeTime":
		return &m.ShuffleWriteTime
	}
	return nil
}
