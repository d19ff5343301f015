package deploy

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// object is one object of a manifest.
type object = unstructured.Unstructured

// ref names an object as its manifest does: one without a namespace is in its
// release's, or in none.
type ref struct {
	kind      schema.GroupVersionKind
	namespace string
	name      string
}

func refOf(o *object) ref { return ref{o.GroupVersionKind(), o.GetNamespace(), o.GetName()} }

// String is how kubectl writes it, e.g. deployment/spark-41-connect.
func (r ref) String() string { return strings.ToLower(r.kind.Kind) + "/" + r.name }

// objects parses a manifest. An object without a name is an error: nobody
// could find it again.
func objects(manifest string) ([]*object, error) {
	var all []*object
	for reader := utilyaml.NewYAMLReader(bufio.NewReader(strings.NewReader(manifest))); ; {
		doc, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		data, err := yaml.YAMLToJSON(doc)
		if err != nil {
			return nil, err
		}
		if string(data) == "null" {
			continue
		}
		o := &object{}
		if err := o.UnmarshalJSON(data); err != nil || o.GetName() == "" {
			return nil, fmt.Errorf("a document of the manifest has no kind or no name:\n%.200s", doc)
		}
		all = append(all, o)
	}
}
