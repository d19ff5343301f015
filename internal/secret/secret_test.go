package secret_test

import (
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sparkwiz/sparkwiz/internal/secret"
)

func TestGroup(t *testing.T) {
	ref := func(name, key string) secret.Ref { return secret.Ref{Secret: name, Key: key} }
	got := secret.Group([]secret.Ref{ref("b", "1"), ref("a", "1"), ref("b", "2"), ref("b", "1"), ref("a", "1")})
	want := [][]secret.Ref{{ref("b", "1"), ref("b", "2")}, {ref("a", "1")}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if secret.Group(nil) != nil {
		t.Error("groups of nothing")
	}
}

// TestNoValue: a reference has these words and no place for a value. Whoever
// adds a field says here what it is.
func TestNoValue(t *testing.T) {
	for field := range reflect.TypeFor[secret.Ref]().Fields() {
		switch field.Name {
		case "Secret", "Key", "Purpose", "Namespace", "User", "Yours", "From", "Fixed", "Given":
		default:
			t.Errorf("%s: is it certain that no value gets in here?", field.Name)
		}
	}
}
