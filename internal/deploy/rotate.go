package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/progress"
	"github.com/sparkwiz/sparkwiz/internal/secret"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// The annotations that rotation writes: what External Secrets takes for a
// wish to be asked at once, and what makes a template a new one.
const (
	forceSync   = "force-sync"
	restartedAt = "sparkwiz.dev/restarted-at"
)

// reloads is the label of Secrets that CloudNativePG is to watch.
const reloads = "cnpg.io/reload"

// Rotate gives one secret a new value and has everything that reads it start
// again, what others stand on first. A generated value is made here; a
// provider is asked for the one that its store has now. changed is false when
// the store has no other value than before: then nothing is started again.
//
// It may be run again after anything: a run that ended between the new value
// and the last restart is repaired by the next.
func Rotate(ctx context.Context, o Options, ref secret.Ref, observe progress.Observer) (changed bool, err error) {
	if ref.Fixed != "" {
		return false, fault.New(fault.Usage, fmt.Sprintf("%s/%s cannot be rotated: %s", ref.Secret, ref.Key, ref.Fixed), "")
	}
	err = working(ctx, o, observe, func(e *engine) error {
		before, err := e.revision(ctx, ref)
		if err != nil {
			return err
		}
		name := "secret/" + ref.Secret
		e.tell(progress.Event{Step: name, Title: "A new value for " + ref.Secret + "/" + ref.Key, State: progress.Running})
		if err := e.renew(ctx, ref); err != nil {
			return err
		}
		if changed, err = e.renewed(ctx, ref, before); err != nil {
			return err
		}
		if !changed {
			e.tell(progress.Event{Step: name, State: progress.Done, Reason: "the store has the same value as before"})
			return nil
		}
		e.tell(progress.Event{Step: name, State: progress.Done})
		return e.restart(ctx, ref)
	})
	return changed, err
}

// Restart has everything that reads a secret start again: for values that
// somebody else has changed.
func Restart(ctx context.Context, o Options, ref secret.Ref, observe progress.Observer) error {
	return working(ctx, o, observe, func(e *engine) error { return e.restart(ctx, ref) })
}

// working runs a piece of work under the platform's lock.
func working(ctx context.Context, o Options, observe progress.Observer, work func(*engine) error) (err error) {
	w, err := open(ctx, o)
	if err != nil {
		return err
	}
	e := newEngine(w, observe)
	defer func() { e.end(err) }()
	if err := e.hold(ctx, "lock"); err != nil {
		return w.Cluster.Trouble(err)
	}
	if err := work(e); err != nil {
		return w.Cluster.Trouble(err)
	}
	return nil
}

// revision is the present value's fingerprint. It leaves this process in no
// form.
func (e *engine) revision(ctx context.Context, ref secret.Ref) (string, error) {
	found, err := e.Cluster.Client.CoreV1().Secrets(e.Plan.Namespace).Get(ctx, ref.Secret, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	if len(found.Data[ref.Key]) == 0 {
		return "", fault.New(fault.Failed, fmt.Sprintf("%s/%s is not in namespace %s yet", ref.Secret, ref.Key, e.Plan.Namespace), "sparkwiz apply")
	}
	return string(found.Data[ref.Key]), nil
}

// renew makes a new value, or has the provider look.
func (e *engine) renew(ctx context.Context, ref secret.Ref) error {
	switch {
	case ref.Yours, ref.From == spec.SealedSecrets:
		return nil // Whoever has it has changed it already.
	case ref.From == "":
		return e.regenerate(ctx, ref)
	case ref.From == spec.VaultAgent:
		// The agent reads a static secret every five minutes only; a new one reads it at once.
		return e.roll(ctx, schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}, component.SecretsRelease+"-agent")
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]any{forceSync: stamp()}}})
	if err != nil {
		return err
	}
	at := schema.GroupVersionResource{Group: externalSecrets, Version: "v1", Resource: "externalsecrets"}
	_, err = e.dynamic.Resource(at).Namespace(e.Plan.Namespace).Patch(ctx, ref.Secret, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: manager})
	return err
}

func stamp() string { return time.Now().UTC().Format(time.RFC3339Nano) }

// regenerate replaces a value that was generated here. The platform's label is
// the proof: what is somebody else's is never changed.
func (e *engine) regenerate(ctx context.Context, ref secret.Ref) error {
	secrets := e.Cluster.Client.CoreV1().Secrets(e.Plan.Namespace)
	found, err := secrets.Get(ctx, ref.Secret, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if found.Labels[platformLabel] != e.Plan.Name {
		return fault.New(fault.Failed, fmt.Sprintf("Secret %s is not sparkwiz's, so it is not changed", ref.Secret),
			fmt.Sprintf("sparkwiz secrets restart %s/%s   # after you have changed it", ref.Secret, ref.Key))
	}
	data := secretStep{refs: []secret.Ref{{Secret: ref.Secret, Key: ref.Key}}}.generate([]string{ref.Key})
	meta := map[string]any{"resourceVersion": found.ResourceVersion}
	if ref.User != "" {
		meta["labels"] = map[string]any{reloads: "true"}
	}
	patch, err := json.Marshal(map[string]any{"metadata": meta, "data": data})
	if err != nil {
		return err
	}
	_, err = secrets.Patch(ctx, ref.Secret, types.MergePatchType, patch, metav1.PatchOptions{FieldManager: manager})
	return err
}

// renewed waits until the Secret has another value, or until the provider has
// looked and there is none.
func (e *engine) renewed(ctx context.Context, ref secret.Ref, before string) (bool, error) {
	if ref.Yours || ref.From == spec.SealedSecrets {
		return true, nil // What it was before is not known here.
	}
	asked := time.Now()
	for {
		now, err := e.revision(ctx, ref)
		if err != nil && !transient(err) {
			return false, err
		}
		if err == nil && now != before {
			return true, nil
		}
		looked, err := e.looked(ctx, ref)
		if err != nil && !transient(err) {
			return false, err
		}
		if looked && time.Since(asked) > soon {
			return false, nil
		}
		if time.Since(asked) > e.Timeout {
			return false, fault.New(fault.Failed, fmt.Sprintf("%s/%s was not renewed after %s", ref.Secret, ref.Key, e.Timeout), "sparkwiz secrets check")
		}
		if err := sleep(ctx, glance); err != nil {
			return false, err
		}
	}
}

// looked reports whether the provider has done what it was asked for.
func (e *engine) looked(ctx context.Context, ref secret.Ref) (bool, error) {
	if ref.From == spec.VaultAgent {
		return e.rolled(ctx, schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}, component.SecretsRelease+"-agent")
	}
	at := schema.GroupVersionResource{Group: externalSecrets, Version: "v1", Resource: "externalsecrets"}
	o, err := e.dynamic.Resource(at).Namespace(e.Plan.Namespace).Get(ctx, ref.Secret, metav1.GetOptions{})
	if err != nil {
		return false, err
	}
	if c := said(o, success(o)); c.status == "False" {
		t := waitsFor(o, Trouble{})
		return false, explain(t, nil, nil)
	}
	wish, err := time.Parse(time.RFC3339Nano, o.GetAnnotations()[forceSync])
	if err != nil {
		return false, err
	}
	done, err := time.Parse(time.RFC3339, field(o, "status", "refreshTime"))
	return err == nil && !done.Before(wish.Truncate(time.Second)), nil
}

// basicAuthOf waits until CloudNativePG has given a role its new password.
// Before, clients would be started again with one that does not open anything.
func (e *engine) basicAuthOf(ctx context.Context, ref secret.Ref) error {
	at := schema.GroupVersionResource{Group: cnpg, Version: "v1", Resource: "clusters"}
	deadline := time.Now().Add(e.Timeout)
	for {
		s, err := e.Cluster.Client.CoreV1().Secrets(e.Plan.Namespace).Get(ctx, ref.Secret, metav1.GetOptions{})
		if err != nil {
			return err
		}
		o, err := e.dynamic.Resource(at).Namespace(e.Plan.Namespace).Get(ctx, "postgresql-cluster", metav1.GetOptions{})
		if err != nil {
			return err
		}
		if field(o, "status", "managedRolesStatus", "passwordStatus", ref.User, "resourceVersion") == s.ResourceVersion {
			return nil
		}
		if time.Now().After(deadline) {
			return fault.New(fault.Failed, "CloudNativePG has not given "+ref.User+" its new password after "+e.Timeout.String(),
				fmt.Sprintf("kubectl -n %s describe cluster postgresql-cluster", e.Plan.Namespace))
		}
		if err := sleep(ctx, glance); err != nil {
			return err
		}
	}
}

// reads reports whether a pod reads one key of a Secret, from its environment
// or a file.
func reads(pod corev1.PodSpec, ref secret.Ref) bool {
	for _, c := range append(append([]corev1.Container(nil), pod.InitContainers...), pod.Containers...) {
		for _, v := range c.Env {
			if v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil && v.ValueFrom.SecretKeyRef.Name == ref.Secret && v.ValueFrom.SecretKeyRef.Key == ref.Key {
				return true
			}
		}
		for _, from := range c.EnvFrom {
			if from.SecretRef != nil && from.SecretRef.Name == ref.Secret {
				return true
			}
		}
	}
	has := func(name string, items []corev1.KeyToPath) bool {
		if name != ref.Secret {
			return false
		}
		for _, i := range items {
			if i.Key == ref.Key {
				return true
			}
		}
		return len(items) == 0
	}
	for _, v := range pod.Volumes {
		if v.Secret != nil && has(v.Secret.SecretName, v.Secret.Items) {
			return true
		}
		if v.Projected == nil {
			continue
		}
		for _, source := range v.Projected.Sources {
			if source.Secret != nil && has(source.Secret.Name, source.Secret.Items) {
				return true
			}
		}
	}
	return false
}
