// Package charts carries the Helm charts of this repository inside the binary, so that an install needs no chart
// registry and always uses the charts it was tested with.
package charts

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/sparkwiz/sparkwiz/dags"
	"github.com/sparkwiz/sparkwiz/examples"
)

// FS holds one directory per chart. The all: prefix keeps files whose names start with an underscore (_helpers.tpl).
//
//go:embed all:airflow all:common all:dag-files all:data-validation all:default-deny all:hive-metastore all:jupyter all:monitoring all:object-store all:postgresql all:postgresql-cluster all:secrets all:spark all:spark-3.5 all:spark-4.1 all:trace-exporter
var FS embed.FS

// Names lists the charts that can be installed, in alphabetical order.
func Names() []string {
	return []string{"airflow", "data-validation", "default-deny", "hive-metastore", "jupyter", "monitoring", "object-store", "postgresql", "postgresql-cluster", "secrets", "spark-3.5", "spark-4.1", "trace-exporter"}
}

// Libraries lists the charts that others are made of.
func Libraries() []string { return []string{"common", "dag-files", "spark"} }

// File is one file of a chart, with its path below the chart's directory.
type File struct {
	Path string
	Data []byte
}

// Files returns a chart as Helm loads it: its own directory, each library that Chart.yaml names under charts/, where
// `helm dependency build` would put it, and what it carries from elsewhere under files/. An unknown name is an error that
// lists the known ones.
func Files(chart string) ([]File, error) {
	if !slices.Contains(Names(), chart) {
		return nil, fmt.Errorf("no chart %q; there are %s", chart, strings.Join(Names(), ", "))
	}
	files, err := directory(FS, chart, "")
	if err != nil {
		return nil, err
	}
	for _, c := range carried() {
		if c.chart != chart {
			continue
		}
		more, err := directory(c.from, ".", c.at)
		if err != nil {
			return nil, fmt.Errorf("chart %s: %w", chart, err)
		}
		files = append(files, more...)
	}
	var metadata struct {
		Dependencies []struct {
			Name string `json:"name"`
		} `json:"dependencies"`
	}
	i := slices.IndexFunc(files, func(f File) bool { return f.Path == "Chart.yaml" })
	if err := yaml.Unmarshal(files[i].Data, &metadata); err != nil {
		return nil, fmt.Errorf("chart %s: %w", chart, err)
	}
	for _, library := range metadata.Dependencies {
		more, err := directory(FS, library.Name, "charts/"+library.Name)
		if err != nil {
			return nil, fmt.Errorf("chart %s: %w", chart, err)
		}
		files = append(files, more...)
	}
	return files, nil
}

// notOfRelease are directories of a chart that no release carries: what `helm dependency build` has left there, since the
// libraries are taken from their own directories, and values files for people who call Helm themselves.
var notOfRelease = []string{"charts", "environments", "presets"}

// content is a directory of this repository that is kept beside the charts, because people read it there, and that one of
// them carries.
type content struct {
	chart string
	from  fs.FS
	at    string // where the chart finds it
}

func carried() []content {
	return []content{
		{"airflow", dags.FS, "files/dags"},
		{"data-validation", dags.FS, "files/dags"},
		{"jupyter", examples.FS, "files/examples"},
	}
}

// directory reads the files below a directory, as if it stood at another place.
func directory(from fs.FS, name, at string) ([]File, error) {
	var files []File
	err := fs.WalkDir(from, name, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains(notOfRelease, strings.TrimPrefix(file, name+"/")) {
				return fs.SkipDir
			}
			return nil
		}
		data, err := fs.ReadFile(from, file)
		files = append(files, File{path.Join(at, strings.TrimPrefix(file, name+"/")), data})
		return err
	})
	return files, err
}
