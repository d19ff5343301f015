package sizing

import (
	"fmt"
	"math"
	"strings"
)

// many is a number with its noun.
func many(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// binds says in words what the number of executors is bound by.
func binds(id string, w Workload, j job, executors int) string {
	switch id {
	case "critical-path":
		return fmt.Sprintf("one chain of tasks takes %s, start included, however many executors there are: %s cannot be met", Span(j.least()), Span(w.TargetSeconds))
	case "max-executors":
		return fmt.Sprintf("the limit of %s: the job takes %s instead of %s", many(executors, "executor"), Span(j.predict(executors*w.ExecutorCores)), Span(w.TargetSeconds))
	case "small-data":
		return fmt.Sprintf("there is no more work than for %d tasks of %.0f MiB", j.parallel, leastSplitMiB)
	case "one-executor":
		return "one executor is enough"
	default:
		return fmt.Sprintf("the work: %.0f core-seconds in %s, slots busy %s of the time", j.coreSeconds, Span(w.TargetSeconds-startupSeconds), percent(w.Utilisation))
	}
}

// assumptions are what the answer stands on, in words.
func assumptions(w Workload, o Options, money pricing) []string {
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if calibrated([]Rates{o.Rates}) {
		say("rates of %s were measured in your event log; others are from public ones", strings.Join(measuredClasses(o.Rates), ", "))
	} else {
		say("rates are from public event logs: good and bad day differ by a factor of 2 to 6; sparkwiz size --calibrate LOG measures yours")
	}
	switch {
	case w.ScannedFraction > 0:
		say("the job reads %s of the data set", percent(w.ScannedFraction))
	case w.Profile == SQL:
		say("a query needs what one of TPC-DS needed for each TB (median, mean, 90th percentile), whatever its steps; it reads %s to %s of the data set", percent(scanned().Low), percent(scanned().High))
	default:
		say("the job reads all of the data set, as it lies in the store")
	}
	say("a task runs in %s of the slots' time; real logs have 42 to 86 %%: at 60 %% executors and cost are %.2f times as much", percent(w.Utilisation), w.Utilisation/0.6)
	say("%.0f s until executors work; 150 s if nodes have to be made first", startupSeconds)
	say("partitions of %.0f MiB; rows are %.3g times as large in memory; one partition in a stage may be %.0f times as large as the others", splitMiB, expansion().Central, skew().Central)
	say("memory beside the heap: %s of it, %d MiB at least", percent(map[bool]float64{false: overheadJVM, true: overheadPython}[w.PySpark]), leastOverheadMiB)
	say("an executor asks for %.1f cores for each slot, so that it fits beside what a node keeps", SlotMilli/1000.0)
	say("of a node, pods can have what EKS, GKE or AKS leave, less %d m CPU and %d MiB for DaemonSets", daemonMilli, daemonMiB)
	say("cost: whole nodes for the whole run and one core for the driver; %s", money.discount)
	say("not in the cost: cluster fee, disks, network, requests to the store, taxes, your discounts")
	return all
}

func measuredClasses(r Rates) []string {
	var names []string
	for _, class := range []string{ClassScan, ClassJoin, ClassAggregate, ClassWrite} {
		if _, ok := r[class]; ok {
			names = append(names, class)
		}
	}
	return names
}

// warnings are what somebody should know before he buys.
func warnings(w Workload, a Advice) []string {
	var all []string
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	r := a.Recommendation
	if !a.Attainable {
		say("the target of %s cannot be met: at least %s are needed", Span(w.TargetSeconds), Span(math.Ceil(a.Least.Central)))
	}
	if a.Fit.PerNode == 0 {
		say("no executor fits on a %s, which leaves %.2g cores and %s to pods: cost is for a larger machine of its family; choose one with --instance, or fewer --executor-cores",
			a.Fit.Instance, float64(a.Fit.AllocatableCPU)/1000, Size(a.Fit.AllocatableMiB*mib))
	} else if a.Fit.StrandedMemory > 0.4 || a.Fit.StrandedCPU > 0.2 {
		say("%s of the CPU and %s of the memory of a %s stay unused: another machine may cost less", percent(a.Fit.StrandedCPU), percent(a.Fit.StrandedMemory), a.Fit.Instance)
	}
	if r.ExecutorMemoryMiB.Central >= largestHeapMiB {
		say("heaps of 32 GiB and more need longer pointers and longer pauses: use fewer --executor-cores")
	}
	if g := a.Given; g != nil && w.TargetSeconds > 0 && g.Duration.Central > w.TargetSeconds {
		say("%s with %s take %s, not %s", many(g.Executors, "executor"), many(g.ExecutorCores, "core"), Span(g.Duration.Central), Span(w.TargetSeconds))
	}
	return all
}
