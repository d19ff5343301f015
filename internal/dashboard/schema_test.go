package dashboard_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	schema "github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// strict holds a dashboard against the schema that Grafana generates of its own sources: keys that it does not know, keys that it
// wants, types, down to the options of each kind of panel, to the fields, links and queries of Prometheus.
func strict(text []byte) error {
	plugins.RegisterDefaultPlugins()
	var board schema.Dashboard                                                     //nolint:staticcheck // Grafana's sidecar takes files of this form; the next one is for its API.
	if err := wrong(new(schema.Dashboard).UnmarshalJSONStrict(text)); err != nil { //nolint:staticcheck // The same.
		return err
	}
	// What is read strictly keeps no panels, so that it is read again for their values.
	if err := json.Unmarshal(text, &board); err != nil {
		return err
	}
	var raw struct {
		Panels []struct{ FieldConfig json.RawMessage }
	}
	faults := []error{json.Unmarshal(text, &raw), board.Validate()}
	for i, p := range board.Panels {
		if p.Panel == nil {
			continue // A row.
		}
		// The library itself is not strict about fields, and takes any text where one of a few is wanted.
		var fields schema.FieldConfigSource
		faults = append(faults, wrong(fields.UnmarshalJSONStrict(raw.Panels[i].FieldConfig)), modes(p.Panel.Options))
	}
	return errors.Join(faults...)
}

// wrong is an error that says something: the library's is never nil.
func wrong(err error) error {
	if err == nil || err.Error() == "" {
		return nil
	}
	return err
}

// modes are the options that have one of a few words.
func modes(options any) error {
	var faults []error
	word := func(value any, of ...any) {
		if !slices.Contains(of, value) {
			faults = append(faults, fmt.Errorf("%q is none of %q", value, of))
		}
	}
	switch o := options.(type) {
	case *timeseries.Options:
		word(o.Legend.DisplayMode, common.LegendDisplayModeList, common.LegendDisplayModeTable)
		word(o.Legend.Placement, common.LegendPlacementBottom, common.LegendPlacementRight)
		word(o.Tooltip.Mode, common.TooltipDisplayModeSingle, common.TooltipDisplayModeMulti, common.TooltipDisplayModeNone)
		word(o.Tooltip.Sort, common.SortOrderAscending, common.SortOrderDescending, common.SortOrderNone)
	case *stat.Options:
		word(o.GraphMode, common.BigValueGraphModeNone, common.BigValueGraphModeArea)
		word(o.ColorMode, common.BigValueColorModeValue, common.BigValueColorModeBackground, common.BigValueColorModeNone)
		word(o.JustifyMode, common.BigValueJustifyModeAuto, common.BigValueJustifyModeCenter)
		word(o.TextMode, common.BigValueTextModeAuto, common.BigValueTextModeValueAndName)
		word(o.PercentChangeColorMode, common.PercentChangeColorModeStandard)
		word(o.Orientation, common.VizOrientationAuto)
	default:
		faults = append(faults, fmt.Errorf("no schema of the options %T", options))
	}
	return errors.Join(faults...)
}

// TestSchema: Grafana ignores what it does not know, so that a key that is misspelt is a panel that looks as if nobody had set it.
func TestSchema(t *testing.T) {
	paths, err := filepath.Glob(files + "/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no dashboards: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := strict(text); err != nil {
			t.Errorf("%s:\n%v", filepath.Base(path), err)
		}
	}
}

// TestSchemaFindsFaults: what is wrong at any depth is found, and the error says where.
func TestSchemaFindsFaults(t *testing.T) {
	text, err := os.ReadFile(files + "/spark-platform.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ old, wrong, says string }{
		"a key of the board":       {`"graphTooltip":`, `"graphToolTip":`, "graphToolTip"},
		"a key of a panel":         {`"description":`, `"descripton":`, "descripton"},
		"an option of a number":    {`"textMode":`, `"textmode":`, "textmode"},
		"an option of lines":       {`"placement":`, `"placment":`, "placment"},
		"a key of a query":         {`"legendFormat":`, `"legend":`, "legend"},
		"a default of fields":      {`"unit":`, `"units":`, "units"},
		"a link without its title": {`"title": "Traces of ${__field.labels.line}",`, ``, "title"},
		"a key of a variable":      {`"includeAll":`, `"includeall":`, "includeall"},
		"a number that is a text":  {`"schemaVersion": 41`, `"schemaVersion": "41"`, "schemaVersion"},
		"a sort nobody knows":      {`"sort": "desc"`, `"sort": "down"`, "down"},
	} {
		broken := strings.Replace(string(text), tt.old, tt.wrong, 1)
		if broken == string(text) {
			t.Errorf("%s: nothing was broken", name)
			continue
		}
		if err := strict([]byte(broken)); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s is not found: %v", name, err)
		}
	}
}
