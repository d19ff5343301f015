package eventlog

// plans knows what the metrics of running queries belong to. It forgets a query when that ends, so it does not grow with the log.
type plans struct {
	nodes map[int64]node
	of    map[int64][]int64 // the metrics of a query
	left  int               // nodes that may still be kept
}

// mostNodes bounds what queries without an end may keep: about 50 bytes each.
const mostNodes = 200_000

func newPlans() plans {
	return plans{nodes: map[int64]node{}, of: map[int64][]int64{}, left: mostNodes}
}

// add keeps the metrics of a plan. Adaptive execution sends the plan again each time it changes it.
func (p *plans) add(sql int64, nodes []node) {
	for _, n := range nodes {
		if _, has := p.nodes[n.id]; has || p.left == 0 {
			continue
		}
		p.nodes[n.id] = n
		p.of[sql] = append(p.of[sql], n.id)
		p.left--
	}
}

func (p *plans) forget(sql int64) {
	for _, id := range p.of[sql] {
		delete(p.nodes, id)
		p.left++
	}
	delete(p.of, sql)
}

// operators are those that any of the metrics belongs to.
func (p *plans) operators(metrics []int64) Ops {
	var ops Ops
	for _, id := range metrics {
		ops |= p.nodes[id].ops
	}
	return ops
}

// count adds what the driver measured: how many files a scan listed, and a write wrote.
func (p *plans) count(updates [][2]int64, f *Files) {
	for _, u := range updates {
		switch p.nodes[u[0]].metric {
		case noFiles:
		case filesRead:
			f.Read += u[1]
		case bytesRead:
			f.ReadBytes += u[1]
		case filesWritten:
			f.Written += u[1]
		case bytesWritten:
			f.WrittenBytes += u[1]
		}
	}
}
