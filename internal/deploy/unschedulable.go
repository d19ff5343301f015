package deploy

import (
	"regexp"
	"strconv"
	"strings"
)

// unschedulable reads the scheduler's verdict, e.g. "0/3 nodes are available:
// 1 Insufficient cpu, 2 node(s) had untolerated taint {spot: true}.
// preemption: …", and says it in words. What it does not know it quotes.
func unschedulable(message string) string {
	nodes, reasons, ok := strings.Cut(message, " nodes are available: ")
	if !ok {
		return strings.TrimSuffix(strings.TrimSpace(message), ".")
	}
	reasons, _, _ = strings.Cut(reasons, ". ") // What follows is about preemption and claims.
	var said []string
	for r := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(reasons), "."), ", ") {
		count, what, _ := strings.Cut(r, " ")
		if _, err := strconv.Atoi(count); err != nil {
			said = append(said, r) // about the pod, not about nodes
			continue
		}
		said = append(said, count+" × "+nodeReason(strings.TrimPrefix(what, "node(s) ")))
	}
	return strings.Replace(nodes, "/", " of ", 1) + " nodes can take it: " + strings.Join(said, ", ")
}

// nodeReason translates one reason, which stands after a number of nodes.
func nodeReason(what string) string {
	taint := regexp.MustCompile(`^had untolerated taint(?:\(s\))? ?\{?([^}]*)\}?$`)
	if m := taint.FindStringSubmatch(what); m != nil {
		return strings.TrimSpace("not tolerated taint " + strings.TrimSuffix(strings.TrimSpace(m[1]), ":"))
	}
	if resource, ok := strings.CutPrefix(what, "Insufficient "); ok {
		return "too little " + resource + " free"
	}
	switch what {
	case "Too many pods":
		return "full of pods"
	case "were unschedulable":
		return "cordoned"
	case "didn't match Pod's node affinity/selector":
		return "not matching its node selector"
	case "didn't match pod anti-affinity rules":
		return "excluded by pod anti-affinity"
	case "had volume node affinity conflict":
		return "away from its volume"
	}
	return what
}
