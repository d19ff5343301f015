package eventlog

import "bytes"

// decoder turns lines into events. It holds the structs that are used again for each line of their kind.
type decoder struct {
	tasks      bool // decode the ends of tasks
	plans      bool // look into query plans, for the operators behind metrics
	properties bool // all properties of jobs, not only those that are used here
	task       TaskEnd
	names      map[string]Ops // see scanner
}

// eventPrefix starts every line that Spark writes.
var eventPrefix = []byte(`{"Event":"`)

// eventName is the name of the event without its package, empty when the line has none.
func eventName(line []byte) []byte {
	rest, ok := bytes.CutPrefix(line, eventPrefix)
	if ok {
		name, _, _ := bytes.Cut(rest, []byte{'"'})
		return afterDot(name)
	}
	var name []byte
	s := scanner{b: line}
	if s.peek() != '{' {
		return nil
	}
	s.fields(func(key []byte) {
		if string(key) == "Event" && s.peek() == '"' {
			name = s.raw()
			return
		}
		s.skip()
	})
	if s.bad {
		return nil
	}
	return afterDot(name)
}

func afterDot(name []byte) []byte { return name[bytes.LastIndexByte(name, '.')+1:] }

// decode is the event of a line, nil for one that is not looked at. ok is false for a line that is no event.
func (d *decoder) decode(line []byte) (e Event, ok bool) {
	name := eventName(line)
	s := &scanner{b: line, names: d.names}
	switch string(name) {
	case "":
		return nil, false
	case "SparkListenerTaskEnd":
		if !d.tasks {
			return nil, true
		}
		s.task(&d.task)
		e = &d.task
	case "SparkListenerTaskStart", "SparkListenerTaskGettingResult":
		return nil, true
	case "SparkListenerLogStart":
		e = s.logStart()
	case "SparkListenerEnvironmentUpdate":
		e = s.environment()
	case "SparkListenerApplicationStart":
		e = s.applicationStart()
	case "SparkListenerApplicationEnd":
		e = s.applicationEnd()
	case "SparkListenerJobStart":
		e = s.jobStart(d.properties)
	case "SparkListenerJobEnd":
		e = s.jobEnd()
	case "SparkListenerStageSubmitted":
		e = &StageSubmitted{Stage: s.stageEvent()}
	case "SparkListenerStageCompleted":
		e = &StageCompleted{Stage: s.stageEvent()}
	case "SparkListenerExecutorAdded":
		e = s.executorAdded()
	case "SparkListenerExecutorRemoved":
		e = s.executorRemoved()
	case "SparkListenerBlockManagerAdded":
		e = s.blockManagerAdded()
	case "SparkListenerStageExecutorMetrics":
		e = s.executorMetrics()
	case "SparkListenerSQLExecutionStart":
		e = s.sqlStart(d.plans)
	case "SparkListenerSQLExecutionEnd":
		e = s.sqlEnd()
	case "SparkListenerSQLAdaptiveExecutionUpdate":
		if !d.plans {
			return nil, true
		}
		e = s.planUpdate()
	case "SparkListenerDriverAccumUpdates":
		if !d.plans {
			return nil, true
		}
		e = s.driverUpdates()
	case "DBCEventLoggingListenerMetadata":
		e = &databricksLog{}
	default:
		return nil, true
	}
	if s.bad {
		return nil, false
	}
	return e, true
}

func (s *scanner) logStart() *LogStart {
	e := &LogStart{}
	s.fields(func(key []byte) {
		if string(key) == "Spark Version" {
			e.SparkVersion = s.text()
			return
		}
		s.skip()
	})
	return e
}

func (s *scanner) environment() *Environment {
	e := &Environment{Spark: map[string]string{}}
	s.fields(func(key []byte) {
		if string(key) == "Spark Properties" {
			e.Spark = s.texts()
			return
		}
		s.skip()
	})
	return e
}

func (s *scanner) applicationStart() *ApplicationStart {
	e := &ApplicationStart{}
	s.fields(func(key []byte) {
		switch string(key) {
		case "App Name":
			e.Name = s.text()
		case "App ID":
			e.ID = s.text()
		case "App Attempt ID":
			e.Attempt = s.text()
		case "User":
			e.User = s.text()
		case "Timestamp":
			e.Time = s.number()
		default:
			s.skip()
		}
	})
	return e
}

func (s *scanner) applicationEnd() *ApplicationEnd {
	e := &ApplicationEnd{}
	s.fields(func(key []byte) {
		if string(key) == "Timestamp" {
			e.Time = s.number()
			return
		}
		s.skip()
	})
	return e
}

func (s *scanner) executorAdded() *ExecutorAdded {
	e := &ExecutorAdded{}
	s.fields(func(key []byte) {
		switch string(key) {
		case "Timestamp":
			e.Time = s.number()
		case "Executor ID":
			e.ID = s.text()
		case "Executor Info":
			s.fields(func(key []byte) {
				switch string(key) {
				case "Host":
					e.Host = s.text()
				case "Total Cores":
					e.Cores = int(s.number())
				case "Resource Profile Id":
					e.ResourceProfile = int(s.number())
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

func (s *scanner) executorRemoved() *ExecutorRemoved {
	e := &ExecutorRemoved{}
	s.fields(func(key []byte) {
		switch string(key) {
		case "Timestamp":
			e.Time = s.number()
		case "Executor ID":
			e.ID = s.text()
		case "Removed Reason":
			e.Reason = s.text()
		default:
			s.skip()
		}
	})
	return e
}

func (s *scanner) blockManagerAdded() *BlockManagerAdded {
	e := &BlockManagerAdded{}
	s.fields(func(key []byte) {
		switch string(key) {
		case "Timestamp":
			e.Time = s.number()
		case "Maximum Memory":
			e.MaxMemory = s.number()
		case "Block Manager ID":
			s.fields(func(key []byte) {
				if string(key) == "Executor ID" {
					e.Executor = s.text()
					return
				}
				s.skip()
			})
		default:
			s.skip()
		}
	})
	return e
}

func (s *scanner) executorMetrics() *ExecutorMetrics {
	e := &ExecutorMetrics{}
	s.fields(func(key []byte) {
		switch string(key) {
		case "Executor ID":
			e.Executor = s.text()
		case "Executor Metrics":
			s.fields(func(key []byte) {
				switch string(key) {
				case "JVMHeapMemory":
					e.PeakHeap = s.number()
				case "JVMOffHeapMemory":
					e.PeakOffHeap = s.number()
				case "ProcessTreeJVMRSSMemory", "ProcessTreePythonRSSMemory", "ProcessTreeOtherRSSMemory":
					e.PeakRSS += s.number()
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
