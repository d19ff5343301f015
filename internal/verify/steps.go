package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// client is the step that gets the client's pod running; all others run in it.
const client = "client"

// step is one part of the proof: what people read, how long it usually takes,
// and where to look when it fails.
type step struct {
	name, title string
	expect      time.Duration
	logs        string // workload, and container, whose log tells more
}

// event is the step's name in progress events.
func (s step) event() string { return "verify/" + s.name }

// steps are the parts of the proof that these answers call for, in order.
func steps(p plan.Plan) []step {
	connect := "deployment/" + target(p).connect
	all := []step{
		{client, "Start a client in the cluster", 3 * time.Second, ""},
		{"connect", "Connect to Spark", 3 * time.Second, connect},
		{"select", "Query on executors", 15 * time.Second, connect},
	}
	if p.Spec.Iceberg.Enabled {
		metastore := "deployment/hive-metastore"
		all = append(all,
			step{"iceberg", "Write an Iceberg table", 10 * time.Second, metastore},
			step{"time-travel", "Travel back in time", 3 * time.Second, metastore},
			step{"drop", "Drop the table", 8 * time.Second, metastore})
	}
	if p.Spec.Spark.History {
		all = append(all, step{"history", "Find it in the History Server", 10 * time.Second, connect + " -c event-log-shipper"})
	}
	return all
}

// targets are the names that the client needs.
type targets struct {
	release, connect, history string
}

// target finds the Spark release of the plan. Its chart names the Service of
// the Connect server after the release.
func target(p plan.Plan) targets {
	i := slices.IndexFunc(p.Releases, func(r plan.Release) bool { return r.Upstream == nil && strings.HasPrefix(r.Chart, "spark-") })
	if i < 0 {
		return targets{}
	}
	name := p.Releases[i].Name
	return targets{release: name, connect: name + "-connect", history: "spark-history"}
}

// kubectl is the beginning of a command to paste for this platform.
func kubectl(p plan.Plan, args string) string {
	return fmt.Sprintf("kubectl --context=%s -n %s %s", p.Context, p.Namespace, args)
}
