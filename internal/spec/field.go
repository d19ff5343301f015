package spec

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// fields are the answers of s by their dotted keys, as pointers into it.
func fields(s *Spec) map[string]any {
	all := map[string]any{}
	var walk func(string, reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			name := v.Type().Field(i).Tag.Get("json")
			if name == "-" {
				continue // It is no answer, and in no answers file.
			}
			key := prefix + name
			if f := v.Field(i); f.Kind() == reflect.Struct {
				walk(key+".", f)
			} else {
				all[key] = f.Addr().Interface()
			}
		}
	}
	walk("", reflect.ValueOf(s).Elem())
	return all
}

// Keys are the dotted paths of everything in an answers file, sorted.
func Keys() []string {
	return slices.Sorted(maps.Keys(fields(new(Spec))))
}

// under are the keys inside a section, none if there is no such section.
func under(section string) []string {
	return slices.DeleteFunc(Keys(), func(k string) bool { return !strings.HasPrefix(k, section+".") })
}

// Put parses text into a field of a Spec: a *string, *bool or *int. The file
// and --set both read with it, so that the same words mean the same. A field
// is left alone when the text does not fit.
func Put(field any, text string) error {
	text = strings.TrimSpace(text)
	switch p := field.(type) {
	case *string:
		*p = text
	case *bool:
		switch strings.ToLower(text) {
		case "true", "yes", "y", "on", "1":
			*p = true
		case "false", "no", "n", "off", "0":
			*p = false
		default:
			return fmt.Errorf("%q is not true or false", text)
		}
	case *int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		*p = n
	default:
		panic(fmt.Sprintf("a field of type %T", p)) // A new type of answer needs a case here.
	}
	return nil
}
