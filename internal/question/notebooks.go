package question

import (
	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/fault"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func withNotebooks(s spec.Spec) bool { return s.Jupyter.Enabled }

func notebookRows() []Question {
	return []Question{{
		Key: "jupyter.enabled", Page: "notebooks", Title: "JupyterLab",
		Help: "Installs one JupyterLab for everybody who has its token, which is made in the cluster. Notebooks find Spark by " +
			"themselves, and examples are in the home directory.",
		Field: func(s *spec.Spec) any { return &s.Jupyter.Enabled },
	}, {
		Key: "jupyter.line", Page: "notebooks", Title: "Spark of notebooks", When: withNotebooks,
		Help: "The Connect server that notebooks talk to. JupyterLab has the client of that line; the other line is for clients of " +
			"its own.",
		Field: func(s *spec.Spec) any { return &s.Jupyter.Line },
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: spec.NewestLine, Label: "The newest", Note: "of those that are installed"},
				{Value: "41", Label: "Spark 4.1"},
				{Value: "35", Label: "Spark 3.5"},
			}
		},
		Check: func(s spec.Spec) error {
			if (s.Jupyter.Line == "41" && !s.Spark41.Enabled) || (s.Jupyter.Line == "35" && !s.Spark35.Enabled) {
				return fault.New(fault.Usage, "that line of Spark is not installed", "--set spark-"+s.Jupyter.Line+".enabled=true")
			}
			return nil
		},
	}, {
		Key: "jupyter.size", Page: "notebooks", Title: "Volume size", When: withNotebooks,
		Help:  "Size of the home directory with the notebooks. It outlives restarts and an uninstall. Tables do not live here.",
		Field: func(s *spec.Spec) any { return &s.Jupyter.Size },
		Check: func(s spec.Spec) error { return volumeSize(s.Jupyter.Size) },
	}}
}
