package bom

import (
	"runtime/debug"
	"slices"
	"testing"
)

func TestModules(t *testing.T) {
	got := modules(&debug.BuildInfo{
		GoVersion: "go1.26.8",
		Main:      debug.Module{Path: "example.com/program", Version: "(devel)"},
		Deps: []*debug.Module{
			{Path: "example.com/a", Version: "v1.0.0"},
			{Path: "example.com/b", Version: "v1.0.0", Replace: &debug.Module{Path: "example.com/fork", Version: "v1.1.0"}},
		},
	})
	want := []pkg{
		{kind: "golang", name: "stdlib", version: "1.26.8"},
		{kind: "golang", name: "example.com/program"},
		{kind: "golang", name: "example.com/a", version: "v1.0.0"},
		{kind: "golang", name: "example.com/fork", version: "v1.1.0"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
