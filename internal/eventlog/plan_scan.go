package eventlog

import (
	"bytes"
	"strings"
)

// node is what a metric of a query plan belongs to.
type node struct {
	id     int64
	ops    Ops
	metric fileMetric
}

// fileMetric says which count of files a metric is, if any.
type fileMetric uint8

const (
	noFiles fileMetric = iota
	filesRead
	bytesRead
	filesWritten
	bytesWritten
)

// The events of queries that only Read needs.
type (
	planUpdate struct {
		sql  int64
		plan []node
	}
	driverUpdates struct {
		sql     int64
		updates [][2]int64
	}
	databricksLog struct{}
)

func (*planUpdate) event()    {}
func (*driverUpdates) event() {}
func (*databricksLog) event() {}

func (s *scanner) sqlStart(plans bool) *SQLStart {
	e := &SQLStart{Root: -1}
	s.fields(func(key []byte) {
		switch string(key) {
		case "executionId":
			e.ID = s.number()
		case "rootExecutionId":
			if s.peek() != 'n' {
				e.Root = s.number()
				return
			}
			s.skip()
		case "description":
			e.Description = s.text()
		case "time":
			e.Time = s.number()
		case "sparkPlanInfo":
			if plans {
				s.plan(&e.plan, 0)
				return
			}
			s.skip()
		default:
			s.skip()
		}
	})
	if e.Root < 0 {
		e.Root = e.ID
	}
	return e
}

func (s *scanner) sqlEnd() *SQLEnd {
	e := &SQLEnd{}
	s.fields(func(key []byte) {
		switch string(key) {
		case "executionId":
			e.ID = s.number()
		case "time":
			e.Time = s.number()
		case "errorMessage":
			e.Error = s.text()
		default:
			s.skip()
		}
	})
	return e
}

func (s *scanner) planUpdate() *planUpdate {
	e := &planUpdate{}
	s.fields(func(key []byte) {
		switch string(key) {
		case "executionId":
			e.sql = s.number()
		case "sparkPlanInfo":
			s.plan(&e.plan, 0)
		default:
			s.skip()
		}
	})
	return e
}

func (s *scanner) driverUpdates() *driverUpdates {
	e := &driverUpdates{}
	s.fields(func(key []byte) {
		switch string(key) {
		case "executionId":
			e.sql = s.number()
		case "accumUpdates":
			s.items(func() {
				var pair [2]int64
				n := 0
				s.items(func() {
					if n < len(pair) {
						pair[n] = s.number()
						n++
						return
					}
					s.skip()
				})
				e.updates = append(e.updates, pair)
			})
		default:
			s.skip()
		}
	})
	return e
}

// plan lists the metrics of a node and of those below it. depth guards the stack against hostile plans.
func (s *scanner) plan(nodes *[]node, depth int) {
	if depth > deepest {
		s.skip()
		return
	}
	var name []byte
	partial := false
	from := len(*nodes)
	s.fields(func(key []byte) {
		switch string(key) {
		case "nodeName":
			if s.peek() == '"' {
				name = s.raw()
				return
			}
			s.skip()
		case "simpleString":
			if s.peek() == '"' && bytes.Contains(name, []byte("Agg")) {
				partial = bytes.Contains(s.raw(), []byte("=[partial_"))
				return
			}
			s.skip()
		case "children":
			s.items(func() { s.plan(nodes, depth+1) })
			from = len(*nodes)
		case "metrics":
			s.items(func() { *nodes = append(*nodes, s.metric()) })
		default:
			s.skip()
		}
	})
	ops := s.operators(name, partial)
	for i := min(from, len(*nodes)); i < len(*nodes); i++ {
		(*nodes)[i].ops = ops
	}
}

// The keys of a metric in the order in which Spark writes them.
const (
	metricName = `{"name":"`
	metricID   = `,"accumulatorId":`
	metricType = `,"metricType":"`
)

// metric is one metric of a plan. Plans have thousands: the usual order of their keys has a short cut.
func (s *scanner) metric() node {
	var n node
	from := s.i
	if s.literal(metricName) {
		s.i-- // The string begins at its quote.
		n.metric = fileMetrics(s.raw())
		if s.literal(metricID) {
			n.id = s.number()
			if s.literal(metricType) {
				s.i--
				s.raw()
				if s.literal(`}`) {
					return n
				}
			}
		}
	}
	s.i, s.bad, n = from, false, node{}
	s.fields(func(key []byte) {
		switch {
		case string(key) == "accumulatorId":
			n.id = s.number()
		case string(key) == "name" && s.peek() == '"':
			n.metric = fileMetrics(s.raw())
		default:
			s.skip()
		}
	})
	return n
}

// literal steps over exactly these bytes, if they come next.
func (s *scanner) literal(text string) bool {
	if len(s.b)-s.i < len(text) || string(s.b[s.i:s.i+len(text)]) != text {
		return false
	}
	s.i += len(text)
	return true
}

func fileMetrics(name []byte) fileMetric {
	switch string(name) {
	case "number of files read", "number of files":
		return filesRead
	case "size of files read":
		return bytesRead
	case "number of written files":
		return filesWritten
	case "written output", "bytes of written output":
		return bytesWritten
	}
	return noFiles
}

// mostNames bounds how many names of nodes are remembered: Spark and its plugins have some hundreds.
const mostNames = 4096

// operators looks up what a node does. Plans come again and again with the same few names.
func (s *scanner) operators(name []byte, partial bool) Ops {
	if partial || s.names == nil {
		return operators(string(name), partial)
	}
	ops, has := s.names[string(name)]
	if !has {
		ops = operators(string(name), false)
		if len(s.names) < mostNames {
			s.names[string(name)] = ops
		}
	}
	return ops
}

// operators says what a node of a plan does. RAPIDS and Photon put their name before Spark's.
func operators(name string, partial bool) Ops {
	var ops Ops
	switch {
	case strings.HasPrefix(name, "Gpu"):
		ops, name = OpGPU, strings.TrimPrefix(name, "Gpu")
	case strings.HasPrefix(name, "Photon"):
		ops, name = OpPhoton, strings.TrimPrefix(name, "Photon")
	}
	if strings.HasSuffix(name, "Agg") || strings.Contains(name, "Aggregate") {
		if partial {
			return ops | OpPartialAggregate
		}
		return ops | OpAggregate
	}
	for _, row := range operatorNames {
		if strings.Contains(name, row.part) {
			return ops | row.ops
		}
	}
	return ops
}

// operatorNames are parts of the names of nodes; the first that fits counts.
var operatorNames = []struct {
	part string
	ops  Ops
}{
	{"InPandas", OpPython},
	{"InArrow", OpPython},
	{"EvalPython", OpPython},
	{"BroadcastHashJoin", OpBroadcastJoin},
	{"NestedLoopJoin", OpNestedLoopJoin},
	{"CartesianProduct", OpNestedLoopJoin},
	{"SortMergeJoin", OpShuffleJoin},
	{"ShuffledHashJoin", OpShuffleJoin},
	{"ShuffledSymmetricHashJoin", OpShuffleJoin},
	{"Scan", OpScan},
	{"InsertInto", OpWrite},
	{"WriteFiles", OpWrite},
	{"AppendData", OpWrite},
	{"Overwrite", OpWrite},
	{"ReplaceData", OpWrite},
	{"DataWriting", OpWrite},
	{"Window", OpWindow},
	{"TakeOrderedAndProject", OpSort},
	{"TopK", OpSort},
	{"BroadcastExchange", 0},
	{"Exchange", OpExchange},
	{"Filter", OpFilter},
	{"Project", OpProject},
	{"Sort", OpSort},
}
