package spec

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// upgrade brings the tree of a version 1 file to version 2. There one key
// named the version of the one line of Spark; now each line has its own.
// Lines of text are kept, so that faults still point to where they are.
//
// Files of version 2 once had one answer for all of observability. It could
// only be off.
func upgrade(root *yaml.Node) {
	rename(root, "observability.mode", "observability.metrics")
	if section := child(root, "observability"); section != nil {
		rename(section, "mode", "metrics")
	}
	version := child(root, "version")
	if version != nil && version.Value != "1" {
		return
	}
	if version != nil {
		version.Value = "2"
	}
	old := take(root, "spark.version")
	if section := child(root, "spark"); old == nil && section != nil {
		old = take(section, "version")
	}
	if old == nil {
		return
	}
	if strings.HasPrefix(old.Value, "3.") {
		put(root, "spark-35.version", old, old.Value)
		put(root, "spark-35.enabled", old, "true")
		put(root, "spark-41.enabled", old, "false")
		return
	}
	put(root, "spark-41.version", old, old.Value)
}

// child is the value of a key of a map, nil if there is none.
func child(m *yaml.Node, key string) *yaml.Node {
	if m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// take removes a key that has a scalar value, and returns the value.
func take(m *yaml.Node, key string) *yaml.Node {
	value := child(m, key)
	if value == nil || value.Kind != yaml.ScalarNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			m.Content = append(m.Content[:i:i], m.Content[i+2:]...)
			break
		}
	}
	return value
}

// rename gives a key of a map another name, unless that is taken.
func rename(m *yaml.Node, from, to string) {
	if child(m, from) == nil || child(m, to) != nil {
		return
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == from {
			m.Content[i].Value = to
		}
	}
}

// put adds a dotted key that stands where another did.
func put(m *yaml.Node, key string, at *yaml.Node, text string) {
	scalar := func(value, tag string) *yaml.Node {
		return &yaml.Node{Kind: yaml.ScalarNode, Value: value, Tag: tag, Line: at.Line, Column: at.Column}
	}
	m.Content = append(m.Content, scalar(key, "!!str"), scalar(text, at.Tag))
}
