package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/sparkwiz/sparkwiz/internal/fault"
)

// Parse reads an answers file over the defaults. It returns the dotted keys
// that the file answers, sorted, so that an answer can be told from a
// default; null answers nothing. All faults of the file are reported at once,
// each with its line.
func Parse(data []byte) (Spec, []string, error) {
	s := Default()
	root, err := document(data)
	if err != nil || root == nil {
		return s, nil, err
	}
	r := reader{fields: fields(&s), lines: map[string]int{}}
	upgrade(root)
	r.section("", root)
	if s.Version != Version { // Whatever else is wrong may be right in that version.
		return Default(), nil, fault.New(fault.Usage,
			fmt.Sprintf("the answers have version %d; this sparkwiz reads version %d", s.Version, Version), "sparkwiz version")
	}
	if err := errors.Join(r.faults...); err != nil {
		return Default(), nil, err
	}
	return s, slices.Sorted(maps.Keys(r.lines)), nil
}

// document is the one document of a file, nil if there is nothing in it. The
// tree is read instead of decoding into the struct, because a tree has the
// text as it was typed (4.10, off) and the line of every fault.
func document(data []byte) (*yaml.Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := d.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, fault.Wrap(err, fault.Usage, "the answers are not YAML", "")
	}
	if err := d.Decode(&more); err == nil {
		return nil, fault.New(fault.Usage, "the answers are more than one YAML document", "keep one platform per file")
	} else if !errors.Is(err, io.EOF) {
		return nil, fault.Wrap(err, fault.Usage, "the answers are not YAML", "")
	}
	root := doc.Content[0]
	if null(root) {
		return nil, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, fault.New(fault.Usage, "the answers are not a map of keys to values", questions)
	}
	return root, nil
}

// reader carries what Parse gathers on its way through the tree.
type reader struct {
	fields map[string]any
	lines  map[string]int // where each key was answered
	faults []error
}

func (r *reader) section(prefix string, m *yaml.Node) {
	for i := 0; i+1 < len(m.Content); i += 2 {
		name, value := m.Content[i], m.Content[i+1]
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		key := prefix + name.Value
		field, leaf := r.fields[key]
		inside := len(under(key)) > 0
		switch {
		case !leaf && !inside:
			r.fault(name.Line, Unknown(key))
		case null(value):
		case leaf:
			r.answer(key, field, name.Line, value)
		case value.Kind == yaml.MappingNode:
			r.section(key+".", value)
		default:
			r.fault(name.Line, Unknown(key))
		}
	}
}

func (r *reader) answer(key string, field any, line int, value *yaml.Node) {
	if first, twice := r.lines[key]; twice {
		r.fault(line, fmt.Errorf("%s is answered twice, first on line %d", key, first))
		return
	}
	r.lines[key] = line
	if value.Kind != yaml.ScalarNode {
		r.fault(line, fmt.Errorf("%s: want one value, not a list or a map", key))
	} else if err := Put(field, value.Value); err != nil {
		r.fault(line, fmt.Errorf("%s: %w", key, err))
	}
}

func (r *reader) fault(line int, err error) {
	r.faults = append(r.faults, fault.New(fault.Usage, fmt.Sprintf("line %d: %s", line, err), questions))
}

func null(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }
