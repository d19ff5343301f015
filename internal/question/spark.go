package question

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/sparkwiz/sparkwiz/internal/spec"
)

func sparkRows() []Question {
	return append(lineRows(), []Question{{
		Key: "spark.executor.cores", Page: "spark", Title: "Executor cores", When: unsized,
		Help:  "Tasks that one executor runs at the same time. Memory is shared between them.",
		Field: func(s *spec.Spec) any { return &s.Spark.Executor.Cores },
		Check: func(s spec.Spec) error { return within(s.Spark.Executor.Cores, 1, 64) },
	}, {
		Key: "spark.executor.memory", Page: "spark", Title: "Executor memory", When: unsized,
		Help:  "JVM heap of one executor. Spark adds 10 % (384 MiB at least) for what lives outside the heap; the pod's request is the sum.",
		Field: func(s *spec.Spec) any { return &s.Spark.Executor.Memory },
		Check: func(s spec.Spec) error { return heap(s.Spark.Executor.Memory) },
	}, {
		Key: "spark.executor.min", Page: "spark", Title: "Executors, at least",
		Help:  "Executors that stay when nothing runs. 0 costs nothing at rest and makes the first query wait for a pod.",
		Field: func(s *spec.Spec) any { return &s.Spark.Executor.Min },
		Check: func(s spec.Spec) error { return within(s.Spark.Executor.Min, 0, 1000) },
	}, {
		Key: "spark.executor.max", Page: "spark", Title: "Executors, at most", When: unsized,
		Help:  "Dynamic allocation asks for up to this many, for each line of Spark. The plan counts all of them.",
		Field: func(s *spec.Spec) any { return &s.Spark.Executor.Max },
		Check: func(s spec.Spec) error {
			if s.Spark.Executor.Max < max(1, s.Spark.Executor.Min) {
				return errors.New("want at least 1 and not less than spark.executor.min")
			}
			return within(s.Spark.Executor.Max, 1, 1000)
		},
	}, {
		Key: "spark.driver.memory", Page: "spark", Title: "Connect server memory",
		Help: "JVM heap of the Connect server. It plans every query, keeps every session and collects results: 1g for a few people, " +
			"4g and more for a team.",
		Field: func(s *spec.Spec) any { return &s.Spark.Driver.Memory },
		Check: func(s spec.Spec) error { return heap(s.Spark.Driver.Memory) },
	}, {
		Key: "spark.history", Page: "spark", Title: "History Server",
		Help:  "Shows what applications did, from their event logs, also after they are gone. One serves all lines of Spark.",
		Field: func(s *spec.Spec) any { return &s.Spark.History },
	}, {
		Key: "spark.token", Page: "spark", Title: "Ask clients for a token",
		When: func(s spec.Spec) bool { return s.Spark41.Enabled },
		Help: "Whoever reaches a Connect server may run code. With a token only those may who can read the Secret 'spark-connect'. " +
			"Spark 3.5 has no tokens: there the network policy is all there is.",
		Field: func(s *spec.Spec) any { return &s.Spark.Token },
	}}...)
}

var heapSize = regexp.MustCompile(`^([1-9]\d{0,5})([mg])$`)

// heap also refuses what Spark refuses at start: less than 450 MiB.
func heap(text string) error {
	wrong := errors.New("want a size in Spark's notation, 512m at least, such as 2g")
	m := heapSize.FindStringSubmatch(text)
	if m == nil {
		return wrong
	}
	if n, err := strconv.Atoi(m[1]); err != nil || (m[2] == "m" && n < 512) {
		return wrong
	}
	return nil
}

func within(n, low, high int) error {
	if n < low || n > high {
		return fmt.Errorf("want a number from %d to %d", low, high)
	}
	return nil
}
