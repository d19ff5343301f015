package question

import (
	"errors"
	"strconv"
	"strings"

	"github.com/sparkwiz/sparkwiz/internal/facts"
	"github.com/sparkwiz/sparkwiz/internal/sizing"
	"github.com/sparkwiz/sparkwiz/internal/spec"
)

// sized reports whether the executors follow from a workload; unsized whether
// somebody says what they are.
func sized(s spec.Spec) bool   { return s.Workload.DatasetSize != "" }
func unsized(s spec.Spec) bool { return !sized(s) }

func workloadRows() []Question {
	return append(jobRows(), machineRows()...)
}

func jobRows() []Question {
	return []Question{{
		Key: "workload.datasetSize", Page: "workload", Title: "Size of the data",
		Help: "How large the data of your largest regular job is, such as 1TB or 500GiB. Executor cores, memory and number then follow from " +
			"the job and are not asked. Empty: you say what executors there are.",
		Field: func(s *spec.Spec) any { return &s.Workload.DatasetSize },
		Check: func(s spec.Spec) error {
			if s.Workload.DatasetSize == "" {
				return nil
			}
			_, err := sizing.ParseSize(s.Workload.DatasetSize)
			return err
		},
	}, {
		Key: "workload.transformations", Page: "workload", Title: "What is done with it", When: sized,
		Help:  "In order, with commas: " + strings.Join(sizing.Operators(), ", ") + ". Filters and projections cost next to nothing beside the scan.",
		Field: func(s *spec.Spec) any { return &s.Workload.Transformations },
		Check: func(s spec.Spec) error {
			_, err := sizing.ParseTransformations(s.Workload.Transformations)
			return err
		},
	}, {
		Key: "workload.target", Page: "workload", Title: "How long it may take", When: sized,
		Help:  "Such as 15m or 1h30m. Half the time needs about twice the executors and costs about the same, until the longest task decides.",
		Field: func(s *spec.Spec) any { return &s.Workload.Target },
		Check: func(s spec.Spec) error {
			_, err := sizing.ParseDuration(s.Workload.Target)
			return err
		},
	}, {
		Key: "workload.profile", Page: "workload", Title: "How it reads", When: sized,
		Help:  "ETL reads the whole data set. A query on columnar tables reads the columns and partitions that it needs, a small part.",
		Field: func(s *spec.Spec) any { return &s.Workload.Profile },
		Options: func(facts.Facts) []Option {
			return []Option{{Value: string(sizing.ETL), Label: "ETL", Note: "all of the data"}, {Value: string(sizing.SQL), Label: "SQL", Note: "what a query needs"}}
		},
	}, {
		Key: "workload.scannedFraction", Page: "workload", Title: "Part that is read", When: sized,
		Help:  "From 0 to 1, when you know it: what one run reads of the data set. Empty: the answer above says.",
		Field: func(s *spec.Spec) any { return &s.Workload.ScannedFraction },
		Check: func(s spec.Spec) error { return number(s.Workload.ScannedFraction, 1, true) },
	}, {
		Key: "workload.outputRatio", Page: "workload", Title: "Bytes written for each", When: func(s spec.Spec) bool {
			return sized(s) && strings.Contains(s.Workload.Transformations, "write")
		},
		Help:  "Bytes that the job writes for each byte that reaches the write, such as 0.2. Empty: 1.",
		Field: func(s *spec.Spec) any { return &s.Workload.OutputRatio },
		Check: func(s spec.Spec) error { return number(s.Workload.OutputRatio, 100, true) },
	}, {
		Key: "workload.utilisation", Page: "workload", Title: "How busy cores are", When: sized,
		Help:  "Part of the time in which a task runs on a core, 0.05 to 1. Real jobs have 0.42 to 0.86; the rest goes to waits, tails and the driver.",
		Field: func(s *spec.Spec) any { return &s.Workload.Utilisation },
		Check: func(s spec.Spec) error {
			if err := number(s.Workload.Utilisation, 1, false); err != nil {
				return err
			}
			if n, _ := strconv.ParseFloat(s.Workload.Utilisation, 64); n < 0.05 {
				return errors.New("want 0.05 to 1")
			}
			return nil
		},
	}}
}

func machineRows() []Question {
	return []Question{{
		Key: "workload.executorCores", Page: "workload", Title: "Cores of an executor", When: sized,
		Help:  "Task slots of one executor. More share one heap and fewer connections; above 8 garbage collection begins to hurt.",
		Field: func(s *spec.Spec) any { return &s.Workload.ExecutorCores },
		Check: func(s spec.Spec) error { return within(s.Workload.ExecutorCores, 1, 64) },
	}, {
		Key: "workload.maxExecutors", Page: "workload", Title: "Executors, at most", When: sized,
		Help:  "Never more than this, even if the job then takes longer.",
		Field: func(s *spec.Spec) any { return &s.Workload.MaxExecutors },
		Check: func(s spec.Spec) error { return within(s.Workload.MaxExecutors, 1, 1000) },
	}, {
		Key: "workload.pyspark", Page: "workload", Title: "Python on executors", When: sized,
		Help:  "Python functions run in processes beside the JVM: the pod then gets 40 % of the heap for them instead of 10 %.",
		Field: func(s *spec.Spec) any { return &s.Workload.PySpark },
	}, {
		Key: "workload.runsPerDay", Page: "workload", Title: "Runs a day", When: sized,
		Help:  "How often the job runs, for the cost of a month.",
		Field: func(s *spec.Spec) any { return &s.Workload.RunsPerDay },
		Check: func(s spec.Spec) error { return within(s.Workload.RunsPerDay, 0, 1440) },
	}, {
		Key: "workload.cloud", Page: "workload", Title: "Whose machines",
		Help:    "Whose list prices the plan's cost is made from; the program carries a dated table and asks nobody. Nothing else depends on it.",
		Field:   func(s *spec.Spec) any { return &s.Workload.Cloud },
		Suggest: suggestCloud,
		Options: func(facts.Facts) []Option {
			return []Option{
				{Value: spec.AWS, Label: "AWS"},
				{Value: spec.GoogleCloud, Label: "Google Cloud"},
				{Value: spec.Azure, Label: "Azure"},
				{Value: spec.NoCloud, Label: "Our own", Note: "no cost in the plan"},
			}
		},
	}, {
		Key: "workload.instance", Page: "workload", Title: "Machine type", When: func(s spec.Spec) bool { return s.Workload.Cloud != spec.NoCloud },
		Help:  "Type of the nodes, such as m6i.xlarge. Empty: a general one with 4 cores. docs/rightsizing.md lists those with a price.",
		Field: func(s *spec.Spec) any { return &s.Workload.Instance },
		Check: func(s spec.Spec) error {
			table, err := sizing.Embedded()
			if err == nil {
				_, err = table.Pick(s.Workload.Cloud, s.Workload.Instance)
			}
			return err
		},
	}}
}

// clouds are labels by which a cloud's nodes are known: well-known ones that
// each cloud's own documentation names.
func clouds() [][2]string {
	return [][2]string{
		{"eks.amazonaws.com/nodegroup", spec.AWS},
		{"karpenter.k8s.aws/instance-family", spec.AWS},
		{"eks.amazonaws.com/capacityType", spec.AWS},
		{"cloud.google.com/gke-nodepool", spec.GoogleCloud},
		{"kubernetes.azure.com/cluster", spec.Azure},
		{"kubernetes.azure.com/agentpool", spec.Azure},
	}
}

func suggestCloud(f facts.Facts) (value, reason string) {
	for _, n := range f.Nodes {
		for _, c := range clouds() {
			if _, ok := n.Labels[c[0]]; ok {
				return c[1], "nodes have the label " + c[0]
			}
		}
	}
	return "", ""
}

// number judges a share or a ratio that is written as text, so that it can be
// left open.
func number(text string, most float64, open bool) error {
	if text == "" && open {
		return nil
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n > 0 && n <= most) { // So that NaN is refused.
		return errors.New("want a number above 0, and " + strconv.FormatFloat(most, 'g', -1, 64) + " at most")
	}
	return nil
}
