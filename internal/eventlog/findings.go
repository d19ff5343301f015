package eventlog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// rule judges one thing; it returns nothing when there is nothing to say, and also when it was not measured.
type rule struct {
	id, title         string
	threshold, source string
	remedy            string
	judge             func(a *Application) (says, evidence string)
}

// Findings judges what was measured, by the thresholds that other tools use. What a log does not tell is not judged.
func Findings(a *Application) []Finding {
	var found []Finding
	for _, r := range rules {
		if says, evidence := r.judge(a); says != "" {
			found = append(found, Finding{
				ID: r.id, Title: r.title, Says: says, Evidence: evidence, Threshold: r.threshold, Source: r.source, Remedy: r.remedy,
			})
		}
	}
	return found
}

// rules are in the order in which they are shown: what costs time first, then what costs money.
var rules = []rule{
	{
		"failed-tasks", "Tasks failed", "10 % of the task attempts", "Dr. Elephant, severity low",
		"look at the reasons in the driver's log first: work that is done twice hides every other finding", failedTasks,
	},
	{
		"lost-executors", "Executors were lost", "one that did not go because it was idle, or because the application ended",
		"our own: Spark says why in the event", "killed for memory: raise spark.executor.memoryOverhead; a spot node that went: expected",
		lostExecutors,
	},
	{
		"skew", "Work is unevenly split", "slowest task above 5 s and above 10 × the median", "DataFlint, partitionSkew",
		"spark.sql.adaptive.skewJoin.enabled=true; salt the key, or split what is one large file", skew,
	},
	{
		"spill", "Tasks spill to disk", "any byte written to disk because memory was full, at least 1 GiB in a stage",
		"our own: Spark's tuning guide asks for smaller tasks then",
		"raise spark.sql.shuffle.partitions, or spark.executor.memory where keys cannot be split further", spill,
	},
	{
		"gc", "Collecting garbage takes long", "10 % of the executors' run time", "Dr. Elephant, ExecutorGc, severity moderate",
		"raise spark.executor.memory, or lower spark.executor.cores", garbage,
	},
	{
		"small-tasks", "Tasks are too small", "more than 5000 tasks with a median under 0.5 s", "DataFlint, smallTasks",
		"a tenth of the partitions: spark.sql.shuffle.partitions, spark.sql.files.maxPartitionBytes, or coalesce", smallTasks,
	},
	{
		"large-tasks", "Tasks are too large", "5 GiB read by one task", "DataFlint, maxPartitionToBig",
		"raise spark.sql.shuffle.partitions; split files that cannot be split while they are read", largeTasks,
	},
	{
		"small-files-read", "Small files are read", "more than 100 files of less than 3 MiB on average", "DataFlint, readSmallFiles",
		"compact the table: files of about 128 MiB", smallFiles("read", func(f Files) (int64, int64) { return f.Read, f.ReadBytes }),
	},
	{
		"small-files-written", "Small files are written", "more than 100 files of less than 3 MiB on average", "DataFlint, writeSmallFiles",
		"repartition before the write, so that files get about 128 MiB",
		smallFiles("wrote", func(f Files) (int64, int64) { return f.Written, f.WrittenBytes }),
	},
	{
		"memory-high", "The heap is nearly full", "95 % of spark.executor.memory", "DataFlint, executorMemoryTooHigh",
		"raise spark.executor.memory to 1.2 times what it is", memoryHigh,
	},
	{
		"memory-low", "Most of the heap is not used", "70 % of spark.executor.memory", "DataFlint, executorMemoryTooLow",
		"lower spark.executor.memory to 1.2 times the peak", memoryLow,
	},
	{
		"idle-cores", "Cores stand idle", "half of the paid core-seconds", "DataFlint, idleCoresTooHigh",
		"fewer executors, or spark.dynamicAllocation.enabled=true with a short executorIdleTimeout", idleCores,
	},
}

func failedTasks(a *Application) (says, evidence string) {
	failed, all := 0, 0
	worst := -1
	for i := range a.Stages {
		s := &a.Stages[i]
		failed, all = failed+s.Failed, all+len(s.Tasks)
		if s.Failed > 0 && (worst < 0 || s.Failed > a.Stages[worst].Failed) {
			worst = i
		}
	}
	if failed*10 <= all {
		return "", ""
	}
	return fmt.Sprintf("%d of %d task attempts failed, most of them in %s", failed, all, name(&a.Stages[worst])),
		fmt.Sprintf("%.1f %% failed; %d in stage %d", share(failed, all), a.Stages[worst].Failed, a.Stages[worst].ID)
}

func lostExecutors(a *Application) (says, evidence string) {
	var lost []Executor
	for _, e := range a.Workers() {
		// Those that go in the last seconds go with their application, whatever the reason says.
		if e.Removed == 0 || e.Removed >= a.End-5000 && a.Ended {
			continue
		}
		reason := strings.ToLower(e.Reason)
		if !strings.Contains(reason, "idle") && !strings.Contains(reason, "decommission") && !strings.Contains(reason, "killed by driver") {
			lost = append(lost, e)
		}
	}
	if len(lost) == 0 {
		return "", ""
	}
	return fmt.Sprintf("%d of %d executors were lost", len(lost), len(a.Workers())), fmt.Sprintf("executor %s: %s", lost[0].ID, line(lost[0].Reason, 200))
}

func skew(a *Application) (says, evidence string) {
	s := worst(a, func(s *Stage) float64 {
		if s.RunTimes.Max <= 5000 || s.RunTimes.N < 2 || s.RunTimes.Max <= 10*s.RunTimes.P50 {
			return 0
		}
		return float64(s.RunTimes.Max)
	})
	if s == nil {
		return "", ""
	}
	return fmt.Sprintf("the slowest task of %s took %s where half of them took at most %s", name(s), seconds(s.RunTimes.Max), seconds(s.RunTimes.P50)),
		fmt.Sprintf("run time: median %d ms, 95 %% within %d ms, longest %d ms; most input of a task %s, median %s",
			s.RunTimes.P50, s.RunTimes.P95, s.RunTimes.Max, size(s.Inputs.Max), size(s.Inputs.P50))
}

func spill(a *Application) (says, evidence string) {
	s := worst(a, func(s *Stage) float64 {
		if s.Metrics.DiskSpill < 1<<30 {
			return 0
		}
		return float64(s.Metrics.DiskSpill)
	})
	if s == nil {
		return "", ""
	}
	total := a.Total()
	return fmt.Sprintf("%s wrote %s to disk because its memory was full", name(s), size(s.Metrics.DiskSpill)),
		fmt.Sprintf("%s in memory were %s on disk, in all stages; largest peak of a task %s", size(total.MemorySpill), size(total.DiskSpill), size(total.PeakTask))
}

func garbage(a *Application) (says, evidence string) {
	m := a.Total()
	if m.RunTime == 0 || m.GCTime*10 <= m.RunTime {
		return "", ""
	}
	return fmt.Sprintf("executors spent %.0f %% of their run time on collecting garbage", float64(m.GCTime)*100/float64(m.RunTime)),
		fmt.Sprintf("%d of %d ms", m.GCTime, m.RunTime)
}

func smallTasks(a *Application) (says, evidence string) {
	s := worst(a, func(s *Stage) float64 {
		if s.RunTimes.N <= 5000 || s.RunTimes.P50 >= 500 {
			return 0
		}
		return float64(s.RunTimes.N)
	})
	if s == nil {
		return "", ""
	}
	return fmt.Sprintf("%s has %d tasks that take %s", name(s), s.RunTimes.N, seconds(s.RunTimes.P50)),
		fmt.Sprintf("median %d ms, median input %s", s.RunTimes.P50, size(s.Inputs.P50))
}

func largeTasks(a *Application) (says, evidence string) {
	s := worst(a, func(s *Stage) float64 {
		if s.Inputs.Max <= 5<<30 {
			return 0
		}
		return float64(s.Inputs.Max)
	})
	if s == nil {
		return "", ""
	}
	return fmt.Sprintf("one task of %s read %s", name(s), size(s.Inputs.Max)), fmt.Sprintf("median %s, largest %s", size(s.Inputs.P50), size(s.Inputs.Max))
}

func smallFiles(verb string, count func(Files) (int64, int64)) func(*Application) (string, string) {
	return func(a *Application) (says, evidence string) {
		most := -1
		for i := range a.SQL {
			files, bytes := count(a.SQL[i].Files)
			if files <= 100 || bytes <= 0 || bytes/files >= 3<<20 {
				continue
			}
			if most >= 0 {
				if best, _ := count(a.SQL[most].Files); best >= files {
					continue
				}
			}
			most = i
		}
		if most < 0 {
			return "", ""
		}
		files, bytes := count(a.SQL[most].Files)
		return fmt.Sprintf("query %d %s %d files of %s on average", a.SQL[most].ID, verb, files, size(bytes/files)),
			fmt.Sprintf("%d files, %s", files, size(bytes))
	}
}

// heap is the highest heap that was measured and the one that was asked for; 0 where the log does not say.
func heap(a *Application) (peak, asked int64) {
	peak = a.PeakHeap()
	if strings.HasPrefix(a.Properties["spark.master"], "local") {
		return 0, 0 // Its one heap is the driver's.
	}
	return peak, bytesOf(a.Properties["spark.executor.memory"])
}

func memoryHigh(a *Application) (says, evidence string) {
	peak, asked := heap(a)
	if peak == 0 || asked == 0 || peak*100 <= asked*95 {
		return "", ""
	}
	return fmt.Sprintf("the fullest executor used %.0f %% of its heap", float64(peak)*100/float64(asked)), fmt.Sprintf("%s of %s", size(peak), size(asked))
}

func memoryLow(a *Application) (says, evidence string) {
	peak, asked := heap(a)
	if peak == 0 || asked == 0 || peak*100 >= asked*70 {
		return "", ""
	}
	return fmt.Sprintf("the fullest executor used %.0f %% of its heap", float64(peak)*100/float64(asked)), fmt.Sprintf("%s of %s", size(peak), size(asked))
}

// idleCores compares the time in which tasks ran with the time in which executors were there.
func idleCores(a *Application) (says, evidence string) {
	var paid, busy int64
	cpus := int64(1) // that one task takes
	if n, err := strconv.ParseInt(a.Properties["spark.task.cpus"], 10, 32); err == nil && n > 0 {
		cpus = n
	}
	for _, e := range a.Workers() {
		until := e.Removed
		if until == 0 {
			until = a.End
		}
		paid += max(0, until-e.Added) * int64(e.Cores)
	}
	for i := range a.Stages {
		for _, t := range a.Stages[i].Tasks {
			busy += int64(t.Duration) * cpus
		}
	}
	if paid == 0 || busy*2 >= paid {
		return "", ""
	}
	return fmt.Sprintf("no task ran in %.0f %% of the core-seconds that were there", 100-float64(busy)*100/float64(paid)),
		fmt.Sprintf("%d of %d core-seconds busy", busy/1000, paid/1000)
}

// worst is the stage with the highest mark, nil when none has any.
func worst(a *Application, mark func(*Stage) float64) *Stage {
	var found *Stage
	most := 0.0
	for i := range a.Stages {
		if m := mark(&a.Stages[i]); m > most {
			most, found = m, &a.Stages[i]
		}
	}
	return found
}

// name is a stage for people. Its own name is the code's, and untrusted.
func name(s *Stage) string { return fmt.Sprintf("stage %d (%s)", s.ID, line(s.Name, 60)) }

// line is the beginning of a text, without what a terminal would act upon.
func line(text string, most int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, text))
	if len(runes) > most {
		runes = append(slices.Clip(runes[:most]), '…')
	}
	return string(runes)
}

func share(part, all int) float64 { return float64(part) * 100 / float64(all) }

func seconds(ms int64) string { return fmt.Sprintf("%.1f s", float64(ms)/1000) }
