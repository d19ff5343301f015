package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/plan"
)

// gateStep asks whether an operator really serves: the API server is shown an
// object of its kind, as a dry run. A webhook whose pods are ready may still
// have no certificate, or no way to be reached.
type gateStep struct {
	release plan.Release
	home    string // where the objects of its kind will be
}

func (s gateStep) Name() string    { return gateName(s.release.Name) }
func (s gateStep) Title() string   { return "Webhook of " + s.release.Title }
func (s gateStep) Needs() []string { return []string{releaseName(s.release.Name)} }

func gateName(release string) string { return "gate/" + release }

// mark is the annotation of the release's namespace that remembers which
// revision has served: a run with nothing to do asks nobody.
func (s gateStep) mark() string { return "sparkwiz.dev/served-" + s.release.Name }

func (s gateStep) Observe(ctx context.Context, w *World) (Observed, error) {
	revision, marked, err := s.look(ctx, w)
	switch {
	case err != nil:
		return Observed{State: Unknown}, err
	case revision == "" || marked == "":
		return Observed{State: Absent}, nil
	case revision != marked:
		return Observed{State: OutOfSync, Reason: "revision " + revision + " has not been asked yet"}, nil
	}
	return Observed{State: InSync}, nil
}

// look returns the revision of the release, and the one that is known to have
// served; empty if there is none.
func (s gateStep) look(ctx context.Context, w *World) (revision, marked string, err error) {
	h, err := w.helm(s.release.Namespace)
	if err != nil {
		return "", "", err
	}
	record, err := h.last(s.release.Name)
	if err != nil || record == nil {
		return "", "", err
	}
	ns, err := w.Cluster.Client.CoreV1().Namespaces().Get(ctx, s.release.Namespace, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return "", "", nil
	}
	if err != nil {
		return "", "", err
	}
	return strconv.Itoa(record.Version), ns.Annotations[s.mark()], nil
}

// Apply asks once. What says that nobody answers is tried again by the engine.
func (s gateStep) Apply(ctx context.Context, w *World, _ Action) error {
	revision, _, err := s.look(ctx, w)
	if err != nil {
		return err
	}
	if err := s.ask(ctx, w); err != nil {
		return err
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{s.mark(): revision}}})
	if err != nil {
		return err
	}
	_, err = w.Cluster.Client.CoreV1().Namespaces().Patch(ctx, s.release.Namespace, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: manager})
	return err
}

func (s gateStep) ask(ctx context.Context, w *World) error {
	o, err := s.probe()
	if err != nil {
		return err
	}
	at, err := w.place(o.GroupVersionKind())
	if meta.IsNoMatchError(err) || at.promised {
		w.getter.Reset()
		return apierrors.NewServiceUnavailable(fmt.Sprintf("%s is not served yet", o.GroupVersionKind().GroupKind()))
	}
	if err != nil {
		return err
	}
	var client dynamic.ResourceInterface = w.dynamic.Resource(at.resource)
	if at.namespaced {
		client = w.dynamic.Resource(at.resource).Namespace(s.home)
	}
	_, err = client.Create(ctx, o, metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}, FieldManager: manager})
	if err == nil || apierrors.IsAlreadyExists(err) || answered(err) {
		return nil
	}
	return err
}

// probe is an object of its own: the plan is everybody's.
func (s gateStep) probe() (*object, error) {
	data, err := json.Marshal(s.release.Upstream.Probe)
	if err != nil {
		return nil, err
	}
	o := &object{}
	err = o.UnmarshalJSON(data)
	return o, err
}

// answered reports whether a webhook has judged the object: it does not like
// it, and it serves.
func answered(err error) bool {
	return strings.Contains(err.Error(), "admission webhook") && strings.Contains(err.Error(), "denied the request")
}

func (s gateStep) Ready(ctx context.Context, w *World) (Readiness, error) {
	o, err := s.Observe(ctx, w)
	return Readiness{Done: o.State == InSync}, err
}

func (s gateStep) Explain(context.Context, *World, Readiness) *fault.Error {
	return fault.New(fault.Failed, s.release.Title+" was installed anew and nobody has asked whether it serves", "sparkwiz apply   # asks")
}

// Somebody's own words, e.g.: failed calling webhook "guards.example.com":
// failed to call webhook: Post "https://guard.ops.svc:443/validate?timeout=2s":
// dial tcp 10.0.0.7:443: connect: connection refused.
var (
	webhookName    = regexp.MustCompile(`failed calling webhook "([^"]+)"`)
	webhookAddress = regexp.MustCompile(`Post "?https://([^/"?:]+)(?::\d+)?[^"]*"?: (.*)`)
	webhookService = regexp.MustCompile(`^([^.]+)\.([^.]+)\.svc$`)
)

// webhookFault explains an error that says that a webhook does not answer, nil
// if it says something else. Whatever is written while the webhook is down is
// refused, so it may stand in anybody's way.
func webhookFault(err error) *fault.Error {
	name := webhookName.FindStringSubmatch(err.Error())
	if name == nil {
		return nil
	}
	what := fmt.Sprintf("the admission webhook %s does not answer", name[1])
	hint := "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations   # whose is it?"
	if at := webhookAddress.FindStringSubmatch(firstText(err)); at != nil {
		what += fmt.Sprintf(": %s, %s", at[1], strings.TrimSpace(at[2]))
		if service := webhookService.FindStringSubmatch(at[1]); service != nil {
			what = strings.Replace(what, at[1], fmt.Sprintf("service %s in namespace %s", service[1], service[2]), 1)
			hint = fmt.Sprintf("kubectl -n %s get endpointslices,pods   # what stands behind service %s", service[2], service[1])
		}
	}
	return fault.New(fault.Failed, what, hint)
}

func firstText(err error) string {
	_, after, _ := strings.Cut(err.Error(), "failed calling webhook")
	return strings.SplitN(after, "\n", 2)[0]
}
