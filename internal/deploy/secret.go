package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/seal"
	"github.com/sparkwiz/sparkwiz/internal/secret"
)

// secretStep makes the generated keys of one Secret where they are missing,
// or sees that the user's are there. It never reads a value further than to
// know that it is not empty.
type secretStep struct {
	namespace, platform string
	refs                []secret.Ref // all of the same Secret
}

func (s secretStep) object() string  { return s.refs[0].Secret }
func (s secretStep) Name() string    { return "secret/" + s.object() }
func (s secretStep) Title() string   { return "Secret " + s.object() }
func (s secretStep) Needs() []string { return []string{"namespace/" + s.namespace} }

// yours reports whether the user makes this Secret.
func (s secretStep) yours() bool { return s.refs[0].Yours }

func (s secretStep) Observe(ctx context.Context, w *World) (Observed, error) {
	found, err := w.Cluster.Client.CoreV1().Secrets(s.namespace).Get(ctx, s.object(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		found, err = nil, nil
	}
	if err != nil {
		return Observed{State: Unknown}, err
	}
	return s.judge(found), nil
}

func (s secretStep) judge(found *corev1.Secret) Observed {
	missing := s.missing(found)
	switch {
	case len(missing) == 0:
		return Observed{State: InSync}
	case s.yours():
		return s.wanted(found, missing)
	case found == nil:
		return Observed{State: Absent}
	case found.Labels[platformLabel] != s.platform:
		what := fmt.Sprintf("Secret %s is not sparkwiz's and lacks %s", s.object(), strings.Join(missing, ", "))
		hint := fmt.Sprintf("kubectl -n %s edit secret %s   # add the keys, or delete it and have it generated", s.namespace, s.object())
		return Observed{State: Foreign, Reason: what, Fault: fault.New(fault.Failed, what, hint)}
	}
	return Observed{State: OutOfSync, Reason: "keys are missing: " + strings.Join(missing, ", ")}
}

// wanted tells the user which Secret to make. The values go from files, so
// that they are in no shell history and in no list of processes.
func (s secretStep) wanted(found *corev1.Secret, missing []string) Observed {
	state, what := Absent, fmt.Sprintf("Secret %s, which you make, is not in namespace %s", s.object(), s.namespace)
	command := fmt.Sprintf("kubectl -n %s create secret generic %s", s.namespace, s.object())
	keys := missing
	if found != nil {
		state, what = OutOfSync, fmt.Sprintf("Secret %s, which you make, lacks %s", s.object(), strings.Join(missing, ", "))
		command = fmt.Sprintf("kubectl -n %s delete secret %s && %s", s.namespace, s.object(), command)
		keys = s.missing(nil)
	}
	for _, k := range keys {
		if user := s.user(); user != "" && k == secret.UserKey {
			command += fmt.Sprintf(" --from-literal=%s=%s", k, user)
			continue
		}
		command += fmt.Sprintf(" --from-file=%s=FILE", k)
	}
	hint := command + "   # each FILE holds one value, without a newline"
	return Observed{State: state, Reason: what, Fault: fault.New(fault.Failed, what, hint)}
}

// missing are the keys that have no value. An empty one is of no use to
// anybody and counts as missing.
func (s secretStep) missing(found *corev1.Secret) []string {
	var keys []string
	for _, r := range s.refs {
		if found == nil || len(found.Data[r.Key]) == 0 {
			keys = append(keys, r.Key)
		}
	}
	if user := s.user(); user != "" && (found == nil || string(found.Data[secret.UserKey]) != user) {
		keys = append(keys, secret.UserKey)
	}
	return keys
}

// user is the login name that belongs into the Secret, if one does.
func (s secretStep) user() string {
	for _, r := range s.refs {
		if r.User != "" {
			return r.User
		}
	}
	return ""
}

func (s secretStep) Apply(ctx context.Context, w *World, _ Action) error {
	secrets := w.Cluster.Client.CoreV1().Secrets(s.namespace)
	found, err := secrets.Get(ctx, s.object(), metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		fresh := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: s.object(), Labels: ours(s.platform)}, Data: s.generate(s.missing(nil))}
		if s.user() != "" {
			fresh.Type = corev1.SecretTypeBasicAuth
		}
		_, err := secrets.Create(ctx, fresh, metav1.CreateOptions{})
		return err
	}
	if err != nil {
		return err
	}
	// The version that was looked at makes the patch fail if somebody else
	// has filled a key meanwhile: a password in use is never replaced.
	patch, err := json.Marshal(map[string]any{
		"metadata": map[string]any{"resourceVersion": found.ResourceVersion},
		"data":     s.generate(s.missing(found)),
	})
	if err != nil {
		return err
	}
	_, err = secrets.Patch(ctx, s.object(), types.MergePatchType, patch, metav1.PatchOptions{FieldManager: manager})
	return err
}

// generate makes a value for each key. The login name is what it has to be.
func (s secretStep) generate(keys []string) map[string][]byte {
	data := map[string][]byte{}
	for _, k := range keys {
		if k == secret.UserKey && s.user() != "" {
			data[k] = []byte(s.user())
			continue
		}
		data[k] = seal.Random()
	}
	return data
}

func (s secretStep) Ready(ctx context.Context, w *World) (Readiness, error) {
	o, err := s.Observe(ctx, w)
	return Readiness{Done: o.State == InSync}, err
}

func (s secretStep) Explain(context.Context, *World, Readiness) *fault.Error {
	return fault.New(fault.Failed, fmt.Sprintf("Secret %s has lost keys", s.object()), fmt.Sprintf("kubectl -n %s describe secret %s", s.namespace, s.object()))
}
