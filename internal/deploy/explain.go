package deploy

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

const (
	lastWords = 10              // lines of a container's log
	evidence  = 5 * time.Second // for all that is gathered about one failure
)

// Explain tells the worst trouble with all the evidence there is, and the
// next one in a line.
func (s releaseStep) Explain(ctx context.Context, w *World, r Readiness) *fault.Error {
	if len(r.Troubles) == 0 {
		return fault.New(fault.Failed, s.Title()+" is not ready and nothing says why",
			fmt.Sprintf("kubectl -n %s get all -l app.kubernetes.io/instance=%s", s.release.Namespace, s.release.Name))
	}
	ctx, cancel := context.WithTimeout(ctx, evidence)
	defer cancel()
	worst := r.Troubles[0]
	return explain(worst, lastLines(ctx, w, s.release.Namespace, worst), r.Troubles[1:])
}

// explain writes the error that people read.
func explain(worst Trouble, log []string, others []Trouble) *fault.Error {
	text := strings.Builder{}
	text.WriteString(worst.Object + " " + worst.Says)
	if worst.Detail != "" {
		text.WriteString("\n  " + worst.Detail)
	}
	for _, line := range log {
		text.WriteString("\n  | " + line)
	}
	for _, t := range others {
		if t.Fatal && t.Object != worst.Object {
			text.WriteString("\n  also " + t.Object + " " + t.Says)
			break
		}
	}
	return fault.New(fault.Failed, text.String(), worst.Hint)
}

// lastLines are the last words of the container, before it was restarted if
// it was. No log is no evidence, and no trouble of its own.
func lastLines(ctx context.Context, w *World, namespace string, t Trouble) []string {
	if t.Pod == "" {
		return nil
	}
	tail := int64(lastWords)
	for _, previous := range []bool{true, false} {
		options := &corev1.PodLogOptions{Container: t.In, Previous: previous, TailLines: &tail}
		data, err := w.Cluster.Client.CoreV1().Pods(namespace).GetLogs(t.Pod, options).DoRaw(ctx)
		if text := strings.TrimSpace(string(data)); err == nil && text != "" {
			return strings.Split(text, "\n")
		}
	}
	return nil
}
