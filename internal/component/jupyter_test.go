package component_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sparkwiz/sparkwiz/internal/component"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// Notebooks get the client, the server, the token and the way out to it of one line of Spark, and of that line alone.
func TestNotebooksUseOneLine(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*spec.Spec)
		want   string
	}{
		"both, the newest":       {func(s *spec.Spec) { s.Spark35.Enabled = true }, "4.1.4 spark-41-connect token spark-41"},
		"both, the older":        {func(s *spec.Spec) { s.Spark35.Enabled, s.Jupyter.Line = true, "35" }, "3.5.7 spark-35-connect open spark-35"},
		"the older alone":        {func(s *spec.Spec) { s.Spark35.Enabled, s.Spark41.Enabled = true, false }, "3.5.7 spark-35-connect open spark-35"},
		"a server without token": {func(s *spec.Spec) { s.Spark.Token = false }, "4.1.4 spark-41-connect open spark-41"},
		"an older patch":         {func(s *spec.Spec) { s.Spark41.Version = "4.1.0" }, "4.1.4 spark-41-connect token spark-41"},
	} {
		s := spec.Default()
		s.Jupyter.Enabled = true
		tt.change(&s)
		all := component.Catalogue()
		c := all[slices.IndexFunc(all, func(c component.Component) bool { return c.Name == "jupyter" })]
		v := c.Values(s)
		server, way := "open", "nowhere"
		for _, ref := range c.Secrets(s) {
			if ref.Secret == "spark-connect" {
				server = "token"
			}
		}
		for _, release := range []string{"spark-35", "spark-41"} {
			if strings.Contains(fmt.Sprint(v["networkPolicy"]), "app.kubernetes.io/instance:"+release+" ") {
				way = release
			}
		}
		spark := v["spark"].(map[string]any)
		got := fmt.Sprint(v["image"].(map[string]any)["tag"], " ", spark["service"], " ", server, " ", way)
		if asked := spark["token"].(map[string]any)["enabled"]; got != tt.want || asked != (server == "token") {
			t.Errorf("%s: %s, token in values: %v; want %s", name, got, asked, tt.want)
		}
	}
}
