package dashboard

import (
	"encoding/json"
	"fmt"
)

// JSON is a board as Grafana's sidecar wants it. The same board gives the same
// bytes. Height and width are in Grafana's grid of 24 columns.
func (b Board) JSON() ([]byte, error) {
	const height, numberHeight = 8, 5
	var panels []any
	id, y := 0, 0
	place := func(x, w, h int) map[string]any { return map[string]any{"x": x, "y": y, "w": w, "h": h} }
	for _, s := range b.Sections {
		id++
		panels = append(panels, map[string]any{"id": id, "type": "row", "title": s.Title, "collapsed": false, "gridPos": place(0, 24, 1), "panels": []any{}})
		y++
		x, tallest := 0, 0
		for _, p := range s.Panels {
			w, h := 12, height
			if p.Kind == Number {
				w, h = 6, numberHeight
			}
			if x+w > 24 {
				x, y, tallest = 0, y+tallest, 0
			}
			id++
			panels = append(panels, p.json(id, place(x, w, h)))
			x, tallest = x+w, max(tallest, h)
		}
		y += tallest
	}
	out, err := json.MarshalIndent(map[string]any{
		"uid": b.ID, "title": b.Title, "description": b.About, "tags": []string{"sparkwiz"},
		"schemaVersion": 41, "version": 1, "editable": false, "graphTooltip": 1,
		"time": map[string]any{"from": "now-3h", "to": "now"}, "refresh": "1m", "timezone": "browser",
		"templating":  map[string]any{"list": b.variables()},
		"annotations": map[string]any{"list": []any{}},
		"panels":      panels,
	}, "", "  ")
	return append(out, '\n'), err
}

// source is the variable with Grafana's name for where the numbers are.
func source() map[string]any {
	return map[string]any{"type": "prometheus", "uid": "${datasource}"}
}

func (p Panel) json(id int, at map[string]any) map[string]any {
	var targets []any
	for i, q := range p.Queries {
		targets = append(targets, map[string]any{
			"refId": fmt.Sprintf("%c", 'A'+i), "datasource": source(), "expr": q.Written(), "legendFormat": q.Legend, "instant": p.Kind == Number, "range": p.Kind != Number,
		})
	}
	defaults := map[string]any{"unit": p.Unit}
	if links := p.links(); links != nil {
		defaults["links"] = links
	}
	options := map[string]any{
		"legend":  map[string]any{"showLegend": true, "displayMode": "list", "placement": "bottom", "calcs": []any{}},
		"tooltip": map[string]any{"mode": "multi", "sort": "desc"},
	}
	if p.Kind == Number {
		// But for the first two they are Grafana's defaults, of which it says that they must be there.
		options = map[string]any{
			"textMode": "value_and_name", "reduceOptions": map[string]any{"calcs": []any{"lastNotNull"}},
			"graphMode": "area", "colorMode": "value", "justifyMode": "auto", "orientation": "auto", "wideLayout": true,
			"showPercentChange": false, "percentChangeColorMode": "standard",
		}
	}
	return map[string]any{
		"id": id, "type": p.Kind, "title": p.Title, "description": p.About + " From: " + string(p.Source) + ".", "gridPos": at, "datasource": source(),
		"fieldConfig": map[string]any{"defaults": defaults, "overrides": []any{}},
		"options":     options, "targets": targets,
	}
}

func (b Board) variables() []any {
	query := func(name, label, text string, multi bool) map[string]any {
		return map[string]any{
			"name": name, "label": label, "type": "query", "datasource": source(), "definition": text, "query": map[string]any{"query": text, "refId": name},
			"refresh": 2, "sort": 1, "multi": multi, "includeAll": multi,
		}
	}
	price := func(name, label, value string) map[string]any {
		return map[string]any{"name": name, "label": label, "type": "textbox", "query": value, "current": map[string]any{"text": value, "value": value}}
	}
	all := []any{
		map[string]any{"name": "datasource", "label": "Prometheus", "type": "datasource", "query": "prometheus"},
		query("namespace", "Namespace", "label_values(up, namespace)", false),
	}
	if b.lines() {
		all = append(all, query("line", "Line of Spark", `label_values(spark_info{namespace="$namespace"}, line)`, true), tempo())
	}
	if b.Prices {
		all = append(all, price("core_price", "A core for an hour, USD", "0.04"), price("gib_price", "A GiB for an hour, USD", "0.005"))
	}
	return all
}

// lines reports whether the board is about lines of Spark.
func (b Board) lines() bool {
	for _, s := range b.Sections {
		for _, p := range s.Panels {
			if p.Source == Spark || p.Source == Rules {
				return true
			}
		}
	}
	return false
}
