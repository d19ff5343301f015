// Package shapes describes simulated nodes: how many of which kind.
package shapes

import (
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"sigs.k8s.io/yaml"
)

//go:embed default.yaml
var standard []byte

// maxNodes is far above what a test needs and far below what hurts.
const maxNodes = 5000

// Shape is one kind of node, Count times. Quantities are written as in pods:
// "8", "500m", "32Gi".
type Shape struct {
	Name     string            `json:"name"` // nodes are called NAME-0, NAME-1, …
	Count    int               `json:"count"`
	CPU      string            `json:"cpu"`
	Memory   string            `json:"memory"`
	Pods     string            `json:"pods,omitempty"`     // default 110
	Extended map[string]string `json:"extended,omitempty"` // for example nvidia.com/gpu: "4"
	Labels   map[string]string `json:"labels,omitempty"`
	Taints   []corev1.Taint    `json:"taints,omitempty"`
}

// Default is a few general nodes, a spot pool and a GPU pool.
func Default() ([]Shape, error) { return Parse(standard) }

// Read reads shapes from a file.
func Read(path string) ([]Shape, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, nil
}

// Parse reads shapes and reports everything that is wrong with them at once.
func Parse(data []byte) ([]Shape, error) {
	var file struct {
		Nodes []Shape `json:"nodes"`
	}
	if err := yaml.UnmarshalStrict(data, &file); err != nil {
		return nil, err
	}
	var errs []error
	seen, total := map[string]bool{}, 0
	for i, s := range file.Nodes {
		where := fmt.Sprintf("nodes[%d] (%s)", i, s.Name)
		if seen[s.Name] {
			errs = append(errs, fmt.Errorf("%s: the name is used twice", where))
		}
		seen[s.Name] = true
		total += s.Count
		for _, err := range s.check() {
			errs = append(errs, fmt.Errorf("%s: %w", where, err))
		}
	}
	if total < 1 || total > maxNodes {
		errs = append(errs, fmt.Errorf("%d nodes in all: 1 to %d are possible", total, maxNodes))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return file.Nodes, nil
}

var validName = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$`)

func (s Shape) check() (errs []error) {
	if !validName.MatchString(s.Name) {
		errs = append(errs, errors.New("name: use lower-case letters, digits and dashes"))
	}
	if s.Count < 0 {
		errs = append(errs, errors.New("count: must not be negative"))
	}
	if _, err := s.Resources(); err != nil {
		errs = append(errs, err)
	}
	for _, t := range s.Taints {
		switch t.Effect {
		case corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute:
		default:
			errs = append(errs, fmt.Errorf("taint %s: effect %q: NoSchedule, PreferNoSchedule or NoExecute", t.Key, t.Effect))
		}
	}
	return errs
}

// Resources is what a node of this shape offers.
func (s Shape) Resources() (corev1.ResourceList, error) {
	pods := s.Pods
	if pods == "" {
		pods = "110"
	}
	rows := map[string]string{"cpu": s.CPU, "memory": s.Memory, "pods": pods}
	maps.Copy(rows, s.Extended)
	list := corev1.ResourceList{}
	var errs []error
	for name, value := range rows {
		q, err := resource.ParseQuantity(value)
		if err != nil || q.Sign() <= 0 {
			errs = append(errs, fmt.Errorf("%s: %q is not a positive quantity (as in 8, 500m, 32Gi)", name, value))
			continue
		}
		list[corev1.ResourceName(name)] = q
	}
	return list, errors.Join(errs...)
}
