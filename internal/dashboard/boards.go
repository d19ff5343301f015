package dashboard

const driver = "metrics_spark_driver_"

// on is a metric of the driver within the chosen lines.
func on(metric string) string { return driver + metric + "{$scope}" }

func overview() Board {
	return Board{ID: "spark-platform", Title: "Spark platform", About: "Does it work, who works on it, and what runs short.", Sections: []Section{
		{"Service", []Panel{
			{"Connect servers", "1: the server answers. Between: it was away for a part of the time.", "short", Number, []Query{{"sparkwiz:connect_up:bool{$scope}", "{{line}}"}}, Rules},
			{"Jobs that failed", "Share of the jobs of the last hour that failed.", "percentunit", Number, []Query{{"sparkwiz:job_errors:ratio_1h{$scope}", "{{line}}"}}, Rules},
			{"Executors", "Pods that compute now.", "short", Number, []Query{{"count by (line) (metrics_executor_totalCores{$executors}) or 0 * count by (line) (spark_info{$scope})", "{{line}}"}}, Spark},
			{"Tasks now", "Tasks that run at this moment.", "short", Number, []Query{{"sum by (line) (metrics_executor_activeTasks{$executors}) or 0 * count by (line) (spark_info{$scope})", "{{line}}"}}, Spark},
		}},
		{"Work", []Panel{
			{"Jobs that end", "Per minute, by how they end.", "short", Lines, []Query{
				{"60 * sum by (line) (rate(" + on("appStatus_jobs_succeededJobs_Count") + "[$__rate_interval]))", "{{line}} succeeded"},
				{"60 * sum by (line) (rate(" + on("appStatus_jobs_failedJobs_Count") + "[$__rate_interval]))", "{{line}} failed"},
			}, Spark},
			{"Busy cores", "Cores' worth of tasks; the distance to the cores that are held is idle.", "short", Lines, []Query{
				{"sum by (line) (rate(metrics_executor_totalDuration_seconds_total{$executors}[$__rate_interval]))", "{{line}} busy"},
				{"sum by (line) (metrics_executor_totalCores{$executors})", "{{line}} held"},
			}, Spark},
		}},
		{"What runs short", []Panel{
			{"Room left on volumes", "An alert comes below 10 %.", "percentunit", Lines, []Query{
				{"min by (persistentvolumeclaim) (kubelet_volume_stats_available_bytes{$space} / kubelet_volume_stats_capacity_bytes{$space})", "{{persistentvolumeclaim}}"},
			}, Kubelet},
			{"Pods that restart", "In the last hour, by container.", "short", Lines, []Query{
				{"sum by (pod, container) (increase(kube_pod_container_status_restarts_total{$space}[1h])) > 0", "{{pod}} {{container}}"},
			}, StateMetric},
		}},
	}}
}

func connect() Board {
	return Board{ID: "spark-connect", Title: "Spark Connect server", About: "How the process does that all sessions live in.", Sections: []Section{
		{"Objective", []Panel{
			{"Time away", "Share of time in which the server did not answer, over windows of an hour and a day.", "percentunit", Lines, []Query{
				{"sparkwiz:connect_errors:ratio_1h{$scope}", "{{line}} 1h"}, {"sparkwiz:connect_errors:ratio_1d{$scope}", "{{line}} 1d"},
			}, Rules},
			{"Version", "Which Spark answers.", "short", Number, []Query{{"max by (line, version) (spark_info{$scope})", "{{line}} {{version}}"}}, Spark},
		}},
		{"Load", []Panel{
			{"Jobs that run", "Of all sessions together.", "short", Lines, []Query{{"max by (line) (" + on("DAGScheduler_job_activeJobs_Value") + ")", "{{line}}"}}, Spark},
			{"CPU", "Cores that the driver's JVM uses.", "short", Lines, []Query{{"max by (line) (rate(" + on("JVMCPU_jvmCpuTime_Value") + "[$__rate_interval])) / 1e9", "{{line}}"}}, Spark},
		}},
		{"Events", []Panel{
			{"Events that wait", "By queue. A queue that grows is about to drop.", "short", Lines, []Query{
				{"max by (line) (" + on("LiveListenerBus_queue_appStatus_size_Value") + ")", "{{line}} appStatus"},
				{"max by (line) (" + on("LiveListenerBus_queue_eventLog_size_Value") + ")", "{{line}} eventLog"},
				{"max by (line) (" + on("LiveListenerBus_queue_executorManagement_size_Value") + ")", "{{line}} executorManagement"},
				{"max by (line) (" + on("LiveListenerBus_queue_shared_size_Value") + ")", "{{line}} shared"},
			}, Spark},
			{"Events dropped", "Any at all make the pages and the history wrong.", "short", Lines, []Query{
				{"sum by (line) (increase(" + on("LiveListenerBus_queue_appStatus_numDroppedEvents_Count") + "[$__rate_interval]))", "{{line}} appStatus"},
				{"sum by (line) (increase(" + on("LiveListenerBus_queue_eventLog_numDroppedEvents_Count") + "[$__rate_interval]))", "{{line}} eventLog"},
				{"sum by (line) (increase(" + on("LiveListenerBus_queue_executorManagement_numDroppedEvents_Count") + "[$__rate_interval]))", "{{line}} executorManagement"},
			}, Spark},
		}},
	}}
}

func executors() Board {
	const allocation = "ExecutorAllocationManager_executors_"
	return Board{ID: "spark-executors", Title: "Executors and dynamic allocation", About: "How many executors there are, how many Spark wants, and why they go.", Sections: []Section{
		{"Dynamic allocation", []Panel{
			{"Wanted and there", "Where the target stays above what is there, the cluster has no room.", "short", Lines, []Query{
				{"max by (line) (" + on(allocation+"numberTargetExecutors_Value") + ")", "{{line}} target"},
				{"max by (line) (" + on(allocation+"numberAllExecutors_Value") + ")", "{{line}} there"},
				{"max by (line) (" + on(allocation+"numberMaxNeededExecutors_Value") + ")", "{{line}} of use"},
			}, Spark},
			{"Executors that went", "In an hour, by reason.", "short", Lines, []Query{
				{"sum by (line) (increase(" + on(allocation+"numberExecutorsGracefullyDecommissioned_Count") + "[1h]))", "{{line}} decommissioned"},
				{"sum by (line) (increase(" + on(allocation+"numberExecutorsKilledByDriver_Count") + "[1h]))", "{{line}} idle"},
				{"sum by (line) (increase(" + on(allocation+"numberExecutorsDecommissionUnfinished_Count") + "[1h]))", "{{line}} too fast"},
				{"sum by (line) (increase(" + on(allocation+"numberExecutorsExitedUnexpectedly_Count") + "[1h]))", "{{line}} died"},
			}, Spark},
		}},
		{"Executors", []Panel{
			{"Tasks now", "By executor.", "short", Lines, []Query{{"sum by (line, executor_id, application_id) (metrics_executor_activeTasks{$executors})", "{{line}} {{executor_id}}"}}, Spark},
			{"Tasks that fail", "Per minute, by executor. One that stands out has a bad node.", "short", Lines, []Query{
				{"60 * sum by (line, executor_id, application_id) (rate(metrics_executor_failedTasks_total{$executors}[$__rate_interval]))", "{{line}} {{executor_id}}"},
			}, Spark},
			{"Storage memory in use", "Share of what cached data and broadcasts may take.", "percentunit", Lines, []Query{
				{"max by (line, executor_id, application_id) (metrics_executor_memoryUsed_bytes{$executors} / metrics_executor_maxMemory_bytes{$executors})", "{{line}} {{executor_id}}"},
			}, Spark},
		}},
	}}
}

func jobs() Board {
	return Board{ID: "spark-jobs", Title: "Jobs and stages", About: "What the queries of all sessions ask of Spark.", Sections: []Section{
		{"Jobs", []Panel{
			{"Jobs that run", "At once.", "short", Lines, []Query{{"max by (line) (" + on("DAGScheduler_job_activeJobs_Value") + ")", "{{line}}"}}, Spark},
			{"Jobs that end", "Per minute.", "short", Lines, []Query{
				{"60 * sum by (line) (rate(" + on("appStatus_jobs_succeededJobs_Count") + "[$__rate_interval]))", "{{line}} succeeded"},
				{"60 * sum by (line) (rate(" + on("appStatus_jobs_failedJobs_Count") + "[$__rate_interval]))", "{{line}} failed"},
			}, Spark},
			{"Failed jobs", "Share, over windows of an hour and a day.", "percentunit", Lines, []Query{
				{"sparkwiz:job_errors:ratio_1h{$scope}", "{{line}} 1h"}, {"sparkwiz:job_errors:ratio_1d{$scope}", "{{line}} 1d"},
			}, Rules},
		}},
		{"Stages and tasks", []Panel{
			{"Stages", "That run and that wait for others.", "short", Lines, []Query{
				{"max by (line) (" + on("DAGScheduler_stage_runningStages_Value") + ")", "{{line}} running"},
				{"max by (line) (" + on("DAGScheduler_stage_waitingStages_Value") + ")", "{{line}} waiting"},
			}, Spark},
			{"Stages that end", "Per minute. Skipped ones were computed before.", "short", Lines, []Query{
				{"60 * sum by (line) (rate(" + on("appStatus_stages_completedStages_Count") + "[$__rate_interval]))", "{{line}} completed"},
				{"60 * sum by (line) (rate(" + on("appStatus_stages_skippedStages_Count") + "[$__rate_interval]))", "{{line}} skipped"},
				{"60 * sum by (line) (rate(" + on("appStatus_stages_failedStages_Count") + "[$__rate_interval]))", "{{line}} failed"},
			}, Spark},
			{"Tasks that end", "Per second.", "short", Lines, []Query{
				{"sum by (line) (rate(" + on("appStatus_tasks_completedTasks_Count") + "[$__rate_interval]))", "{{line}} completed"},
				{"sum by (line) (rate(" + on("appStatus_tasks_failedTasks_Count") + "[$__rate_interval]))", "{{line}} failed"},
				{"sum by (line) (rate(" + on("appStatus_tasks_killedTasks_Count") + "[$__rate_interval]))", "{{line}} killed"},
			}, Spark},
		}},
	}}
}
