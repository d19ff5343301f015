package question

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func observabilityRows() []Question {
	existing := func(s spec.Spec) bool { return s.Observability.Metrics == spec.ExistingMetrics }
	return []Question{{
		Key: "observability.metrics", Page: "observability", Title: "Metrics and alerts", Required: true,
		Help: "Spark exposes its metrics in any case; this decides who collects them. Dashboards are ConfigMaps that Grafana's sidecar " +
			"finds, alerts are PrometheusRules with a page of docs/runbooks each.",
		Field:   func(s *spec.Spec) any { return &s.Observability.Metrics },
		Options: metricsOptions,
	}, {
		Key: "observability.namespace", Page: "observability", Title: "Namespace of Prometheus", When: existing,
		Help:  "Where the pods of Prometheus run: the platform's NetworkPolicies let in pods of this namespace that are named prometheus, and nobody else.",
		Field: func(s *spec.Spec) any { return &s.Observability.Namespace },
		Suggest: func(f facts.Facts) (string, string) {
			if len(f.Prometheuses) == 0 {
				return "", ""
			}
			return f.Prometheuses[0].Namespace, fmt.Sprintf("the Prometheus %s is there", f.Prometheuses[0].Name)
		},
		Check: func(s spec.Spec) error {
			if faults := validation.IsDNS1123Label(s.Observability.Namespace); len(faults) > 0 {
				return errors.New("want the name of a namespace: " + faults[0])
			}
			return nil
		},
	}, {
		Key: "observability.label", Page: "observability", Title: "Label of monitors", When: existing,
		Help: "Label that Prometheus wants on the objects that it follows, as key=value: for kube-prometheus-stack release=<name of its " +
			"release>, unless it was told to take all. Empty puts no label on them.",
		Field:   func(s *spec.Spec) any { return &s.Observability.Label },
		Suggest: monitorLabel,
		Check:   func(s spec.Spec) error { return labelPair(s.Observability.Label) },
	}, {
		Key: "observability.logs", Page: "observability", Title: "Log lines of Spark",
		Help: "JSON lines say time, level, logger, and in which task something happened, in fields that a log collector can search. " +
			"Text is easier to read in a terminal.",
		Field: func(s *spec.Spec) any { return &s.Observability.Logs },
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: spec.JSONLogs, Label: "JSON", Note: "one object a line, on stdout and stderr"},
				{Value: spec.TextLogs, Label: "Text"},
			}
		},
	}}
}

func metricsOptions(f facts.Facts) []Option {
	existing := Option{Value: spec.ExistingMetrics, Label: "Use the Prometheus that is here"}
	install := Option{Value: spec.InstallMetrics, Label: "Install Prometheus, Alertmanager and Grafana", Note: "kube-prometheus-stack"}
	switch {
	case !f.Known:
	case f.Serves("monitoring.coreos.com/v1"):
		existing.Note = "the Prometheus operator was found"
		install.Note = "the Prometheus operator was found: it would be used, not installed again"
	default:
		existing.Absent, existing.Hint = "no Prometheus operator is here", "--set observability.metrics="+spec.InstallMetrics
	}
	return []Option{{Value: spec.NoMetrics, Label: "Off"}, existing, install}
}

// monitorLabel is what the first Prometheus here looks for.
func monitorLabel(f facts.Facts) (value, reason string) {
	if len(f.Prometheuses) == 0 {
		return "", ""
	}
	selector := f.Prometheuses[0].Selector
	for _, key := range slices.Sorted(maps.Keys(selector)) {
		return key + "=" + selector[key], fmt.Sprintf("the Prometheus %s follows what has it", f.Prometheuses[0].Name)
	}
	return "", ""
}

func labelPair(text string) error {
	if text == "" {
		return nil
	}
	key, value, found := strings.Cut(text, "=")
	if !found || len(validation.IsQualifiedName(key)) > 0 || len(validation.IsValidLabelValue(value)) > 0 {
		return errors.New("want a label as key=value, such as release=kube-prometheus-stack")
	}
	return nil
}
