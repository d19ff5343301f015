package dashboard

// airflow is what Airflow says of itself. Names and units are those of
// charts/airflow/metrics/mapping.yaml.
func airflow() Board {
	// Of what ended just now; where nothing did, of all so far: most DAGs run
	// once a day, and the first run of all has nothing to have grown from.
	mean := func(of, by string) string {
		sum := func(what string) string { return "sum by (" + by + ") (" + what + ")" }
		return sum("rate("+of+"_sum{$space}[$__rate_interval])") + " / (" + sum("rate("+of+"_count{$space}[$__rate_interval])") + " > 0)" +
			" or " + sum(of+"_sum{$space}") + " / " + sum(of+"_count{$space}")
	}
	// The exporter has no series of what has never happened, and what was not
	// there an hour ago has all of its count from this hour; to increase, the
	// first failure of a task would be none.
	hour := func(of, with, by string) string {
		series := of + "{$space" + with + "}"
		return "sum by (" + by + ") ((increase(" + series + "[1h]) and " + series + " offset 1h) or " + series + ")"
	}
	return Board{ID: "airflow", Title: "Airflow", About: "Whether pipelines move on, what fails, and what tasks wait for.", Sections: []Section{
		{"Now", []Panel{
			{"Scheduler's heartbeats", "Per minute, of all schedulers. None for a quarter of an hour is an alert.", "short", Number, []Query{{"60 * sum by (line) (rate(airflow_scheduler_heartbeat_total{$space}[$__rate_interval]))", "heartbeats"}}, Airflow},
			{"Runs", "Of DAGs, at this moment.", "short", Number, []Query{{"max by (line) (airflow_scheduler_dagruns_running{$space})", "running"}}, Airflow},
			{"Room for tasks", "How many more may run at once, by the setting parallelism.", "short", Number, []Query{{"max by (line) (airflow_executor_open_slots{$space})", "open"}}, Airflow},
			{"Files with errors", "DAG files that cannot be read. Any is an alert.", "short", Number, []Query{{"max by (line) (airflow_dag_processing_import_errors{$space})", "files"}}, Airflow},
		}},
		{"Runs and tasks", []Panel{
			{"Runs that end", "In an hour, by DAG and how they end.", "short", Lines, []Query{
				{hour("airflow_dagrun_duration_seconds_count", "", "dag_id, state"), "{{dag_id}} {{state}}"},
			}, Airflow},
			{"Duration of runs", "On average, of those that end; while none does, of all so far.", "s", Lines, []Query{{mean("airflow_dagrun_duration_seconds", "dag_id"), "{{dag_id}}"}}, Airflow},
			{"Tasks that end", "In an hour, by how. One that may be tried again counts each time.", "short", Lines, []Query{
				{hour("airflow_ti_finish_total", "", "state"), "{{state}}"},
			}, Airflow},
			// Not airflow_ti_failures, which leaves out what a task itself gives up.
			{"Tasks that fail", "In an hour, by DAG and task, for good or to be tried again.", "short", Lines, []Query{
				{hour("airflow_ti_finish_total", `, state=~"failed|up_for_retry"`, "dag_id, task_id"), "{{dag_id}} {{task_id}}"},
			}, Airflow},
			{"Duration of tasks", "On average, of those that end; while none does, of all so far.", "s", Lines, []Query{{mean("airflow_task_duration_seconds", "dag_id, task_id"), "{{dag_id}} {{task_id}}"}}, Airflow},
			{"Waiting", "Of tasks that are due, on average, until the executor got them. Airflow 3.3 does not say how long a pod took then.", "s", Lines, []Query{{mean("airflow_task_waiting_seconds", "state"), "{{state}}"}}, Airflow},
		}},
		{"Slots", []Panel{
			{"Pools", "Slots that are taken and that are asked for. What waits here waits for a pool.", "short", Lines, []Query{
				{"max by (pool_name) (airflow_pool_running_slots{$space})", "{{pool_name}} running"},
				{"max by (pool_name) (airflow_pool_queued_slots{$space})", "{{pool_name}} queued"},
				{"max by (pool_name) (airflow_pool_open_slots{$space})", "{{pool_name}} open"},
			}, Airflow},
			{"Executor", "Tasks that have a pod or wait for one. Where the room is used up, the setting parallelism is what they wait for.", "short", Lines, []Query{
				{"max by (line) (airflow_executor_running_tasks{$space})", "running"},
				{"max by (line) (airflow_executor_queued_tasks{$space})", "queued"},
				{"max by (line) (airflow_executor_open_slots{$space})", "room"},
			}, Airflow},
			{"Pods", "That the executor asked Kubernetes for, per minute, by the answer.", "short", Lines, []Query{
				{"60 * sum by (status) (rate(airflow_kubernetes_executor_pod_creation_status_total{$space}[$__rate_interval]))", "{{status}}"},
			}, Airflow},
		}},
		{"DAG files", []Panel{
			{"Time to read all files", "A change of a DAG is seen no sooner.", "s", Lines, []Query{{"max by (line) (airflow_dag_processing_total_parse_time{$space})", "all files"}}, Airflow},
			{"DAGs", "That were found when the files were last read.", "short", Lines, []Query{{"max by (line) (airflow_dagbag_size{$space})", "DAGs"}}, Airflow},
			{"Scheduler's loop", "How long once around takes, on average. Above some seconds everything starts late.", "s", Lines, []Query{{mean("airflow_scheduler_scheduler_loop_duration_seconds", "line"), "loop"}}, Airflow},
		}},
	}}
}

// maintenance is what the DAG iceberg_maintenance says of each table. It runs
// once a week, so that what was said last is looked for in two.
func maintenance() Board {
	const said = "iceberg_maintenance_"
	last := func(name string) string { return "max by (table) (last_over_time(" + said + name + "{$space}[14d]))" }
	return Board{ID: "iceberg-maintenance", Title: "Iceberg maintenance", About: "When each table was last looked after, what was done to it and what it consists of.", Sections: []Section{
		{"When", []Panel{
			{"Since the last time", "That a table was maintained to the end. An alert comes after ten days.", "s", Lines, []Query{{"time() - " + last("last_success_timestamp_seconds"), "{{table}}"}}, Iceberg},
			{"How long it took", "By table, the last time.", "s", Lines, []Query{{last("duration_seconds"), "{{table}}"}}, Iceberg},
		}},
		{"What the tables are", []Panel{
			{"Files of data", "After maintenance. Many for few bytes make every query slow.", "short", Lines, []Query{{last("data_files_after"), "{{table}}"}}, Iceberg},
			{"Mean size of a file", "After maintenance. Small tables have small files; large ones should have some hundred megabytes.", "bytes", Lines, []Query{
				{last("data_bytes_after") + " / (" + last("data_files_after") + " > 0)", "{{table}}"},
			}, Iceberg},
			{"Snapshots", "After maintenance. What they alone use is on the disk, too.", "short", Lines, []Query{{last("snapshots_after"), "{{table}}"}}, Iceberg},
			{"Bytes of data", "Of the newest snapshot.", "bytes", Lines, []Query{{last("data_bytes_after"), "{{table}}"}}, Iceberg},
		}},
		{"What was done", []Panel{
			{"Files joined", "The last time: so many were there before, became so many.", "short", Lines, []Query{
				{last("files_rewritten"), "{{table}} joined"}, {last("files_written"), "{{table}} made of them"},
			}, Iceberg},
			{"Bytes rewritten", "The last time.", "bytes", Lines, []Query{{last("bytes_rewritten"), "{{table}}"}}, Iceberg},
			{"Snapshots forgotten", "The last time.", "short", Lines, []Query{{last("snapshots_expired"), "{{table}}"}}, Iceberg},
			{"Files deleted", "The last time: of forgotten snapshots, and orphans, which no snapshot knew. Many orphans are failed writes.", "short", Lines, []Query{
				{last("files_deleted"), "{{table}} of snapshots"}, {last("orphan_files_removed"), "{{table}} orphans"},
			}, Iceberg},
		}},
	}}
}
