package wizard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
	"github.com/sparkwiz/sparkwiz/internal/question"
)

// contextOptions are the clusters to choose from; nil when none is known, so
// that a name can be typed.
func (m *model) contextOptions() []question.Option {
	var options []question.Option
	if m.opts.Sandbox != "" {
		options = append(options, question.Option{Value: m.opts.Sandbox, Label: "A sandbox on this machine", Note: "a real Kubernetes node, made for you"})
	}
	for _, k := range m.cluster.contexts {
		if k.Name == m.opts.Sandbox {
			continue
		}
		note := strings.TrimPrefix(k.Server, "https://")
		if k.Current {
			note = "current · " + note
		}
		options = append(options, question.Option{Value: k.Name, Label: k.Name, Note: note})
	}
	present := m.answers.Spec.Cluster.Context
	gone := !slices.ContainsFunc(options, func(o question.Option) bool { return o.Value == present })
	if present != "" && gone && m.cluster.read && len(options) > 0 {
		options = append(options, question.Option{Value: present, Label: present, Absent: "the kubeconfig has no such context", Hint: "kubectl config get-contexts"})
	}
	return options
}

// clusterLines say how far the look at the cluster has come.
func (m *model) clusterLines(width int) []string {
	c := m.cluster
	switch {
	case c.looking:
		return []string{dim.Render(cut(gBusy+" looking at "+c.target+" …", width))}
	case c.err != nil:
		return m.clusterFault(c.err, width)
	case c.facts.Known:
		lines := []string{good.Render(gDone) + " " + cut("Kubernetes "+c.facts.Version+" at "+c.facts.Server, width-2)}
		return append(lines, render(dim, indent("  ", wrap(m.has(), width-2)))...)
	case c.target != "" && c.target == m.opts.Sandbox:
		return render(dim, wrap(gBusy+" the sandbox is not up yet; it is looked at as soon as it is", width))
	case !c.read:
		return []string{dim.Render(gBusy + " reading the kubeconfig …")}
	case c.readErr != nil:
		return m.clusterFault(c.readErr, width)
	case len(c.contexts) == 0 && m.opts.Sandbox == "":
		return render(dim, wrap("The kubeconfig has no cluster. Name a context, or leave and run: sparkwiz sandbox up", width))
	default:
		return nil
	}
}

func (m *model) clusterFault(err error, width int) []string {
	lines := render(bad, indent(gWarn+" ", wrap(oneLine(err.Error()), width-2)))
	for _, hint := range fault.Hints(err) {
		lines = append(lines, render(dim, indent("  try: ", wrap(hint, width-7)))...)
	}
	return append(lines, dim.Render(cut("  ctrl+r looks again", width)))
}

// has is what the cluster has, in a sentence.
func (m *model) has() string {
	f := m.cluster.facts
	free := f.Free(m.answers.Spec.Namespace)
	parts := []string{
		fmt.Sprintf("%s, %s CPU and %s free", count(len(f.Nodes), "node"), plan.Cores(free.CPUMilli), plan.Bytes(free.Memory)),
	}
	if why, ok := f.Unknown["nodes"]; ok {
		parts[0] = "nodes unknown (" + why + ")"
	}
	if c, ok := f.DefaultStorageClass(); ok {
		parts = append(parts, "StorageClass "+c.Name)
	} else if _, unknown := f.Unknown["storageClasses"]; !unknown {
		parts = append(parts, "no default StorageClass")
	}
	return strings.Join(parts, " · ")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
