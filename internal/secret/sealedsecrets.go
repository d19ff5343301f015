package secret

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// sealed is Bitnami's Sealed Secrets: values encrypted for one cluster, kept
// in a file beside the answers. `sparkwiz secrets seal` writes it.
type sealed struct{}

// Annotations by which the controller knows a scope other than strict.
const sealedAnnotation = "sealedsecrets.bitnami.com/"

// Sealed is one object of the file: what kubeseal writes too.
type Sealed struct {
	APIVersion string     `yaml:"apiVersion"`
	Kind       string     `yaml:"kind"`
	Metadata   SealedMeta `yaml:"metadata"`
	Spec       SealedSpec `yaml:"spec"`
}

// SealedMeta is where an object belongs.
type SealedMeta struct {
	Name        string            `yaml:"name"`
	Namespace   string            `yaml:"namespace,omitempty"`
	Annotations map[string]string `yaml:"annotations,omitempty"`
}

// SealedSpec has the encrypted values, base64, and what the Secret is made
// like.
type SealedSpec struct {
	EncryptedData map[string]string `yaml:"encryptedData"`
	Template      SealedTemplate    `yaml:"template"`
}

// SealedTemplate is the Secret without its values.
type SealedTemplate struct {
	Metadata SealedMeta `yaml:"metadata"`
	Type     string     `yaml:"type,omitempty"`
}

// Scope is what the values were sealed for.
func (s Sealed) Scope() string {
	for _, scope := range []string{"cluster-wide", "namespace-wide"} {
		if s.Metadata.Annotations[sealedAnnotation+scope] == "true" {
			return scope
		}
	}
	return "strict"
}

// NewSealed is an object without values for a Secret.
func NewSealed(namespace, name, scope string, basicAuth bool) Sealed {
	meta := SealedMeta{Name: name, Namespace: namespace}
	if scope != "strict" {
		meta.Annotations = map[string]string{sealedAnnotation + scope: "true"}
	}
	s := Sealed{
		APIVersion: "bitnami.com/v1alpha1", Kind: "SealedSecret", Metadata: meta,
		Spec: SealedSpec{EncryptedData: map[string]string{}, Template: SealedTemplate{Metadata: meta}},
	}
	if basicAuth {
		s.Spec.Template.Type = "kubernetes.io/basic-auth"
	}
	return s
}

// ParseSealed reads the file: SealedSecret objects, one document each. Nothing
// else belongs into it.
func ParseSealed(text string) ([]Sealed, error) {
	var all []Sealed
	d := yaml.NewDecoder(strings.NewReader(text))
	for n := 1; ; n++ {
		var node yaml.Node
		err := d.Decode(&node)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", n, err)
		}
		var one Sealed
		if err := node.Decode(&one); err != nil {
			return nil, fmt.Errorf("document %d: %w", n, err)
		}
		switch {
		case one.Kind == "" && len(one.Spec.EncryptedData) == 0:
			continue // Nothing but comments.
		case one.Kind != "SealedSecret":
			return nil, fmt.Errorf("document %d is a %s, not a SealedSecret", n, one.Kind)
		case one.Metadata.Name == "":
			return nil, fmt.Errorf("document %d has no name", n)
		}
		if slices.ContainsFunc(all, func(o Sealed) bool { return o.Metadata.Name == one.Metadata.Name }) {
			return nil, fmt.Errorf("%s is sealed twice", one.Metadata.Name)
		}
		all = append(all, one)
	}
}

// Unsealed are the references for which the file has no value that this
// platform could use. One sealed for another namespace is of no use.
func Unsealed(s spec.Spec, refs []Ref) []Ref {
	all, err := ParseSealed(s.Secrets.Sealed)
	if err != nil {
		all = nil
	}
	var open []Ref
	for _, r := range refs {
		if r.From != spec.SealedSecrets {
			continue
		}
		i := slices.IndexFunc(all, func(o Sealed) bool { return o.Metadata.Name == r.Secret })
		if i < 0 || all[i].Spec.EncryptedData[r.Key] == "" || !all[i].fits(s) || (r.User != "" && all[i].Spec.EncryptedData[UserKey] == "") {
			open = append(open, r)
		}
	}
	return open
}

func (s Sealed) fits(want spec.Spec) bool {
	return s.Scope() == "cluster-wide" || s.Metadata.Namespace == want.Namespace
}

func (sealed) Name() string                   { return spec.SealedSecrets }
func (sealed) Title() string                  { return "Sealed Secrets" }
func (sealed) Operator() string               { return "sealed-secrets" }
func (sealed) Credentials(spec.Secrets) []Ref { return nil }
func (sealed) Entry(_ spec.Spec, r Ref) Entry { return Entry{r.Secret, r.Key} }
func (sealed) Create(spec.Spec, Entry) string { return "sparkwiz secrets seal" }
func (sealed) Change(spec.Spec, Entry) string { return "sparkwiz secrets seal --renew" }

// Values are the sealed values of the Secrets that these references are in. A
// file that cannot be read gives none; the plan says so.
func (sealed) Values(s spec.Spec, refs []Ref) map[string]any {
	all, err := ParseSealed(s.Secrets.Sealed)
	if err != nil {
		all = nil
	}
	var list []any
	for _, group := range Group(refs) {
		i := slices.IndexFunc(all, func(o Sealed) bool { return o.Metadata.Name == group[0].Secret && o.fits(s) })
		if i < 0 {
			continue
		}
		data := map[string]any{}
		for k, v := range all[i].Spec.EncryptedData {
			data[k] = v
		}
		basic := all[i].Spec.Template.Type == "kubernetes.io/basic-auth"
		list = append(list, map[string]any{"name": group[0].Secret, "scope": all[i].Scope(), "basicAuth": basic, "encryptedData": data})
	}
	return map[string]any{"provider": spec.SealedSecrets, "sealed": list}
}
