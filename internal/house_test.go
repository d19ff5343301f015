package internal_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// longest is the number of lines that no Go file exceeds: beyond it a file has
// more than one idea.
const longest = 400

// TestHouseRules reads every Go file of the repository. No file is longer than
// a sitting, nothing happens before main, and every package says what it is.
func TestHouseRules(t *testing.T) {
	documented := map[string]bool{} // by directory
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "bin" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if n := bytes.Count(data, []byte("\n")); n > longest {
			t.Errorf("%s has %d lines, want at most %d", path, n, longest)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, data, parser.ParseComments)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init(): what it registers belongs into a list", path)
			}
		}
		if !strings.HasSuffix(path, "_test.go") {
			documented[filepath.Dir(path)] = documented[filepath.Dir(path)] || file.Doc != nil
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, ok := range documented {
		if !ok {
			t.Errorf("package %s has no comment that says what it is", dir)
		}
	}
}
