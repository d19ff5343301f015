package examples

import (
	"encoding/json"
	"io/fs"
	"path"
	"testing"
)

// A notebook is kept as somebody opens it for the first time: not run, and in a form that every Jupyter reads.
func TestNotebooksAreClean(t *testing.T) {
	notebooks := 0
	err := fs.WalkDir(FS, ".", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || path.Ext(file) != ".ipynb" {
			return err
		}
		notebooks++
		data, err := FS.ReadFile(file)
		if err != nil {
			return err
		}
		var notebook struct {
			Format   int `json:"nbformat"`
			Minor    int `json:"nbformat_minor"`
			Metadata struct {
				Kernel struct {
					Name string `json:"name"`
				} `json:"kernelspec"`
			} `json:"metadata"`
			Cells []struct {
				Kind      string            `json:"cell_type"`
				ID        string            `json:"id"`
				Source    []string          `json:"source"`
				Outputs   []json.RawMessage `json:"outputs"`
				Execution *int              `json:"execution_count"`
			} `json:"cells"`
		}
		if err := json.Unmarshal(data, &notebook); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if notebook.Format != 4 || notebook.Minor != 5 || notebook.Metadata.Kernel.Name != "python3" || len(notebook.Cells) == 0 {
			t.Errorf("%s: format %d.%d, kernel %q, %d cells", file, notebook.Format, notebook.Minor, notebook.Metadata.Kernel.Name, len(notebook.Cells))
		}
		ids := map[string]bool{}
		for i, cell := range notebook.Cells {
			if cell.ID == "" || ids[cell.ID] || len(cell.Source) == 0 || (cell.Kind != "code" && cell.Kind != "markdown") {
				t.Errorf("%s, cell %d: a %s with the id %q and %d lines", file, i, cell.Kind, cell.ID, len(cell.Source))
			}
			ids[cell.ID] = true
			if len(cell.Outputs) > 0 || cell.Execution != nil {
				t.Errorf("%s, cell %d has been run: clear its output before you commit it", file, i)
			}
		}
		return nil
	})
	if err != nil || notebooks == 0 {
		t.Errorf("%d notebooks: %v", notebooks, err)
	}
}
