package sizeview_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sparkwiz/sparkwiz/internal/sizeview"
)

var update = flag.Bool("update", false, "write golden files")

const schemaFile = "../../docs/size.schema.json"

// TestSchema: the published schema is the form of the document, field by
// field, and every kind of answer holds to it.
func TestSchema(t *testing.T) {
	object := schemaOf(reflect.TypeFor[sizeview.Document]())
	object["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	object["title"] = "The answer of sparkwiz size -o json, " + sizeview.Schema
	object["description"] = "From flags or from an event log. Amounts end in their unit: Ms, Seconds, Bytes, MiB, Milli. Written by the tests of internal/sizeview."
	want, err := json.MarshalIndent(object, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(have, want) {
		t.Fatalf("docs/size.schema.json is not the form of the document: go test ./internal/sizeview -update, and read the diff (%v)", err)
	}
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(have))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("size.json", parsed); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("size.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range documents(t) {
		data, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		delete(value.(map[string]any), "recommendation")
		if schema.Validate(value) == nil {
			t.Errorf("%s: the schema accepts it without a recommendation", name)
		}
	}
}

// schemaOf is the schema of a Go type as encoding/json writes it: closed
// objects, in which only what has omitempty may be missing.
func schemaOf(t reflect.Type) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return schemaOf(t.Elem())
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": schemaOf(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t.Elem())}
	case reflect.Struct:
		properties, required := map[string]any{}, []string{}
		fieldsOf(t, properties, &required, true)
		return map[string]any{"type": "object", "additionalProperties": false, "properties": properties, "required": required}
	default:
		return map[string]any{"type": "integer"}
	}
}

func fieldsOf(t reflect.Type, properties map[string]any, required *[]string, must bool) {
	var inner []reflect.Type
	for f := range t.Fields() {
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			inner = append(inner, f.Type.Elem())
		case name == "-" || !f.IsExported():
		default:
			if _, outer := properties[name]; outer {
				continue // As encoding/json has it, the outer field wins.
			}
			properties[name] = schemaOf(f.Type)
			if must && !strings.Contains(rest, "omit") {
				*required = append(*required, name)
			}
		}
	}
	for _, t := range inner { // It may be absent as a whole.
		fieldsOf(t, properties, required, false)
	}
}
