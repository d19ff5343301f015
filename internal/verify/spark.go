package verify

import (
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// spark is the claim of one line of Spark: queries run on executors, tables
// have snapshots, and the History Server knows of it.
func spark(name, title string) claim {
	return claim{
		name: name, title: title, when: installed(name),
		image: sparkImage(name), user: 185, script: "spark.py", memory: "512Mi",
		arguments: func(p plan.Plan) []string {
			args := []string{"--remote", remote(name)}
			if p.Spec.Spark.History {
				args = append(args, "--history", "http://spark-history:18080")
			}
			return args
		},
		environment: func(p plan.Plan) []corev1.EnvVar { return tokenOf(p, name) },
		clientOf:    []string{"connect", "history"},
		reaches: func(p plan.Plan) []peer {
			peers := []peer{{"spark-connect", name, 15002}}
			if owner, ok := historyOf(p); ok {
				peers = append(peers, peer{"spark-history", owner, 18080})
			}
			return peers
		},
		steps: func(p plan.Plan) []step { return sparkSteps(p, name) },
	}
}

func sparkSteps(p plan.Plan, name string) []step {
	connect, metastore := "deployment/"+name+"-connect", "deployment/hive-metastore"
	steps := []step{{name: "connect", title: "Connect", expect: 3 * time.Second, logs: connect}}
	if len(tokenOf(p, name)) > 0 {
		steps = append(steps, step{name: "token", title: "Refuse strangers", expect: 2 * time.Second, logs: connect})
	}
	steps = append(steps, step{name: "select", title: "Query on executors", expect: 15 * time.Second, logs: connect})
	if p.Spec.Iceberg.Enabled {
		steps = append(steps,
			step{name: "iceberg", title: "Write an Iceberg table", expect: 10 * time.Second, logs: metastore},
			step{name: "time-travel", title: "Travel back in time", expect: 3 * time.Second, logs: metastore},
			step{name: "evolve", title: "Change the table's schema", expect: 3 * time.Second, logs: metastore},
			step{name: "drop", title: "Drop the table", expect: 8 * time.Second, logs: metastore})
	}
	if p.Spec.Environment != spec.Prod {
		// In prod the executor that goes might be in the middle of somebody's work.
		steps = append(steps, step{name: "drain", title: "Lose a node in mid-query", expect: 20 * time.Second, logs: connect, slow: true})
	}
	if _, ok := historyOf(p); ok {
		steps = append(steps, step{name: "history", title: "Find it in the History Server", expect: 10 * time.Second, logs: connect + " -c event-log-shipper"})
	}
	return steps
}

// bothLines is the claim that two lines stand side by side. The client is of
// the older line: Connect serves clients that are older than the server.
func bothLines() claim {
	return claim{
		name: "lines", title: "Both lines", script: "lines.py", user: 185, memory: "512Mi",
		when:  func(p plan.Plan) bool { return installed("spark-35")(p) && installed("spark-41")(p) },
		image: sparkImage("spark-35"),
		arguments: func(plan.Plan) []string {
			return []string{"--older", remote("spark-35"), "--newer", remote("spark-41")}
		},
		environment: func(p plan.Plan) []corev1.EnvVar { return tokenOf(p, "spark-41") },
		clientOf:    []string{"connect"},
		reaches: func(plan.Plan) []peer {
			return []peer{{"spark-connect", "spark-35", 15002}, {"spark-connect", "spark-41", 15002}}
		},
		steps: func(p plan.Plan) []step {
			steps := []step{{name: "old-client", title: "Serve a client of 3.5 with Spark 4.1", expect: 10 * time.Second, logs: "deployment/spark-41-connect"}}
			if p.Spec.Iceberg.Enabled {
				steps = append(steps, step{name: "share", title: "Share an Iceberg table", expect: 15 * time.Second, logs: "deployment/hive-metastore"})
			}
			return steps
		},
	}
}

func remote(release string) string { return "sc://" + release + "-connect:15002" }

// sparkImage is the image of a Spark release, as its chart names it.
func sparkImage(name string) func(plan.Plan) string {
	return func(p plan.Plan) string {
		r, _ := release(p, name)
		image, _ := r.Values["image"].(map[string]any)
		return imageOf(p, fmt.Sprintf("sparkwiz/spark:%v", image["tag"]))
	}
}

// imageOf is an image under the same registry rule as the charts'.
func imageOf(p plan.Plan, name string) string {
	if p.Spec.Images.Registry != "" {
		return p.Spec.Images.Registry + "/" + name
	}
	return "docker.io/" + name
}

// tokenOf hands the client the token that a release's server asks for, when
// it does; by reference.
func tokenOf(p plan.Plan, name string) []corev1.EnvVar {
	r, _ := release(p, name)
	for _, d := range r.Doors {
		if d.Scheme != "sc" || d.Secret == "" {
			continue
		}
		return []corev1.EnvVar{{Name: "SPARK_CONNECT_TOKEN", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: d.Secret}, Key: d.Key,
		}}}}
	}
	return nil
}

// historyOf is the release that brings the History Server.
func historyOf(p plan.Plan) (name string, ok bool) {
	for _, r := range p.Releases {
		for _, d := range r.Doors {
			if d.Service == "spark-history" {
				return r.Name, true
			}
		}
	}
	return "", false
}
