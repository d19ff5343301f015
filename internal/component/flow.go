package component

import (
	"strconv"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Flow is one kind of conversation that the platform needs: who opens a
// connection to whom, on which ports, and why. What is no flow is denied; a
// test holds the policies of every chart against these rows, in both
// directions.
type Flow struct {
	From  string // a kind of pod, a client (see Client), or a party outside
	To    string // a kind of pod, or a party outside
	Ports []int  // TCP, and for DNS also UDP
	UDP   bool   // UDP, and not TCP
	Why   string
	// Labels are those of the pods To, where From is a client: pods that are
	// not ours get out to them, and to nothing else.
	Labels map[string]string
}

// Parties that are no pods of the platform.
const (
	DNS            = "cluster DNS"
	APIServer      = "Kubernetes API"
	OutsideStore   = "object store outside"
	OutsideData    = "database outside"
	Metadata       = "cloud metadata server"
	ClusterManager = "operator of PostgreSQL"
	OutsideTraces  = "trace endpoint outside"
	Collector      = "collector of traces"
	Prometheus     = "Prometheus"
	VaultServer    = "Vault"
)

// Outside are the parties that are reached at addresses, or in namespaces,
// that nobody here chooses.
func Outside() []string {
	return []string{DNS, APIServer, OutsideStore, OutsideData, Metadata, ClusterManager, OutsideTraces, Collector, Prometheus, VaultServer}
}

// Client is a pod of anybody that carries the label which lets it through,
// such as sparkwiz.dev/connect-client.
func Client(of string) string { return of + " client" }

// clientOf is whose client that is; empty when it is none.
func clientOf(name string) string {
	of, isClient := strings.CutSuffix(name, " client")
	if !isClient {
		return ""
	}
	return of
}

// Flows are all conversations of a platform with these answers.
func Flows(s spec.Spec) []Flow { return flowsOf(Catalogue(), s) }

func flowsOf(components []Component, s spec.Spec) []Flow {
	var all []Flow
	for _, c := range components {
		if c.Installed(s) && c.Flows != nil {
			all = append(all, c.Flows(s)...)
		}
	}
	return all
}

// each is one conversation that several kinds of pods have.
func each(to string, port int, why string, from ...string) []Flow {
	var all []Flow
	for _, name := range from {
		all = append(all, Flow{From: name, To: to, Ports: []int{port}, Why: why})
	}
	return all
}

func lookups(from ...string) []Flow { return each(DNS, 53, "looks names up", from...) }

// toAPIServer has both ports: network plugins see the Service's port or that
// of the server behind it.
func toAPIServer(why string, from ...string) []Flow {
	var all []Flow
	for _, name := range from {
		all = append(all, Flow{From: name, To: APIServer, Ports: []int{443, 6443}, Why: why})
	}
	return all
}

// clients are whoever has the label of a server, which is told by its labels
// app.kubernetes.io/name and instance.
func clients(of, to string, port int, name, instance, why string) Flow {
	return Flow{From: Client(of), To: to, Ports: []int{port}, Why: why, Labels: map[string]string{
		"app.kubernetes.io/name": name, "app.kubernetes.io/instance": instance,
	}}
}

// toStore is how pods reach the bucket, wherever it is.
func toStore(s spec.Spec, why string, from ...string) []Flow {
	if s.Storage.Mode == spec.InCluster {
		return each("object-store", 7070, why, from...)
	}
	port := 443
	if s.Storage.Mode == spec.External {
		port = portOf(s.Storage.Endpoint, webPort)
	}
	all := each(OutsideStore, port, why, from...)
	if s.Storage.Mode == spec.GCS && s.Storage.Secret == "" {
		for _, name := range from {
			all = append(all, Flow{From: name, To: Metadata, Ports: []int{80, 988}, Why: "asks Google Cloud who it is"})
		}
	}
	return all
}

// portOf is the port of an address such as http://s3:9000, which has no path;
// without one it is the usual one of its scheme.
func portOf(address string, usual func(scheme string) int) int {
	scheme, host, _ := strings.Cut(address, "://")
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		if port, err := strconv.Atoi(strings.TrimSuffix(host[i+1:], "/")); err == nil {
			return port
		}
	}
	return usual(scheme)
}

// webPort is also that of AWS, whose address is empty.
func webPort(scheme string) int {
	if scheme == "http" {
		return 80
	}
	return 443
}

// otlpPort is OTLP's own.
func otlpPort(scheme string) int {
	if strings.HasPrefix(scheme, "grpc") {
		return 4317
	}
	return 4318
}

// toDatabase is how pods reach their database, whoever runs it.
func toDatabase(s spec.Spec, why string, from ...string) []Flow {
	switch s.Database.Mode {
	case spec.External:
		return each(OutsideData, s.Database.Port, why, from...)
	case spec.CloudNativePG:
		return each(clusterRelease, 5432, why, from...)
	}
	return each("postgresql", 5432, why, from...)
}

// toTraces is how pods send spans, if anybody keeps them.
func toTraces(s spec.Spec, why string, from ...string) []Flow {
	if !traced(s) {
		return nil
	}
	to := OutsideTraces
	if installsTraces(s) {
		to = Collector
	}
	return each(to, portOf(traceEndpoint(s), otlpPort), why, from...)
}

// scraped lets Prometheus fetch metrics, if there is one.
func scraped(s spec.Spec, to string, port int) []Flow {
	if !measured(s) {
		return nil
	}
	return each(to, port, "fetches metrics", Prometheus)
}

// counts is how pods say what they have counted, to whom Prometheus asks: in
// StatsD, which waits for no answer.
func counts(s spec.Spec, to string, from ...string) []Flow {
	if !measured(s) {
		return nil
	}
	all := each(to, 9125, "says what it has counted", from...)
	for i := range all {
		all[i].UDP = true
	}
	return all
}
