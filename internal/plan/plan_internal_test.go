package plan

import (
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func TestOrder(t *testing.T) {
	never := func(spec.Spec) bool { return false }
	tests := map[string]struct {
		catalogue []component.Component
		want      string
		err       string
	}{
		"as listed when nobody needs anybody": {[]component.Component{{Name: "b"}, {Name: "a"}}, "b a", ""},
		"needs come first":                    {[]component.Component{{Name: "c", Needs: []string{"b"}}, {Name: "b", Needs: []string{"a"}}, {Name: "a"}}, "a b c", ""},
		"a need that is not installed":        {[]component.Component{{Name: "b", Needs: []string{"a"}}, {Name: "a", When: never}}, "b", ""},
		"a circle": {
			[]component.Component{{Name: "a"}, {Name: "b", Needs: []string{"c"}}, {Name: "c", Needs: []string{"b"}}, {Name: "d", Needs: []string{"c"}}},
			"", "these components need each other in a circle: b, c, d",
		},
		"itself":        {[]component.Component{{Name: "a", Needs: []string{"a"}}}, "", "these components need each other in a circle: a"},
		"broken circle": {[]component.Component{{Name: "a", Needs: []string{"b"}}, {Name: "b", Needs: []string{"a"}, When: never}}, "a", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			before := slices.Clone(tt.catalogue)
			sorted, err := order(spec.Default(), tt.catalogue)
			if message(err) != tt.err {
				t.Errorf("error %q, want %q", message(err), tt.err)
			}
			var names []string
			for _, c := range sorted {
				names = append(names, c.Name)
			}
			if got := strings.Join(names, " "); got != tt.want {
				t.Errorf("order %q, want %q", got, tt.want)
			}
			for i := range before {
				if before[i].Name != tt.catalogue[i].Name {
					t.Error("the catalogue was changed")
				}
			}
		})
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
