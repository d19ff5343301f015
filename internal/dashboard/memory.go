package dashboard

func jvm() Board {
	return Board{ID: "spark-jvm", Title: "JVM and garbage collection", About: "Heaps, what is beside them, and the time that collecting garbage takes.", Sections: []Section{
		{"Driver", []Panel{
			{"Heap", "In use, of what there may be. A floor that rises for days is a leak.", "bytes", Lines, []Query{
				{"max by (line) (" + on("jvm_heap_used_Value") + ")", "{{line}} used"},
				{"max by (line) (" + on("jvm_heap_max_Value") + ")", "{{line}} at most"},
			}, Spark},
			{"Beside the heap", "Classes, compiled code, buffers.", "bytes", Lines, []Query{
				{"max by (line) (" + on("jvm_non_heap_used_Value") + ")", "{{line}} classes and code"},
				{"max by (line) (" + on("jvm_direct_used_Value") + ")", "{{line}} buffers"},
			}, Spark},
			{"Driver's garbage collection", "Share of a core's time.", "percentunit", Lines, []Query{
				{`sum by (line) (rate(metrics_executor_totalGCTime_seconds_total{$scope, executor_id="driver"}[$__rate_interval]))`, "{{line}}"},
			}, Spark},
		}},
		{"Executors", []Panel{
			{"Garbage collection", "Share of the time of tasks. An alert comes above 20 %.", "percentunit", Lines, []Query{
				{"sum by (line, executor_id, application_id) (rate(metrics_executor_totalGCTime_seconds_total{$executors}[$__rate_interval])) / " +
					"(sum by (line, executor_id, application_id) (rate(metrics_executor_totalDuration_seconds_total{$executors}[$__rate_interval])) > 0)", "{{line}} {{executor_id}}"},
			}, Spark},
			{"Full collections", "Per minute. They stop the world.", "short", Lines, []Query{
				{"60 * sum by (line, executor_id, application_id) (rate(metrics_executor_MajorGCCount_total{$executors}[$__rate_interval]))", "{{line}} {{executor_id}}"},
			}, Spark},
			{"Heap at its peak", "The most that an executor has used so far.", "bytes", Lines, []Query{
				{"max by (line, executor_id, application_id) (metrics_executor_JVMHeapMemory_bytes{$executors})", "{{line}} {{executor_id}}"},
			}, Spark},
			{"Execution memory at its peak", "Joins, sorts and aggregations; what does not fit is spilled.", "bytes", Lines, []Query{
				{"max by (line, executor_id, application_id) (metrics_executor_OnHeapExecutionMemory_bytes{$executors})", "{{line}} {{executor_id}}"},
			}, Spark},
		}},
	}}
}

// shuffle has no panel for spilled bytes: Spark tells those to the event log
// and to its pages, and to no metric.
func shuffle() Board {
	return Board{ID: "spark-shuffle", Title: "Shuffle, input and disk", About: "What moves between executors. Spilled bytes are no metric of Spark: its pages and the History Server have them, by stage.", Sections: []Section{
		{"Bytes", []Panel{
			{"Shuffle written", "Per second, by executor. One that writes most has skewed data.", "Bps", Lines, []Query{
				{"sum by (line, executor_id, application_id) (rate(metrics_executor_totalShuffleWrite_bytes_total{$executors}[$__rate_interval]))", "{{line}} {{executor_id}}"},
			}, Spark},
			{"Shuffle read", "Per second, by executor.", "Bps", Lines, []Query{
				{"sum by (line, executor_id, application_id) (rate(metrics_executor_totalShuffleRead_bytes_total{$executors}[$__rate_interval]))", "{{line}} {{executor_id}}"},
			}, Spark},
			{"Input", "Per second, by executor.", "Bps", Lines, []Query{
				{"sum by (line, executor_id, application_id) (rate(metrics_executor_totalInputBytes_bytes_total{$executors}[$__rate_interval]))", "{{line}} {{executor_id}}"},
			}, Spark},
		}},
		{"Kept blocks", []Panel{
			{"On disk", "Cached data that found no room in memory.", "bytes", Lines, []Query{{"sum by (line, executor_id, application_id) (metrics_executor_diskUsed_bytes{$executors})", "{{line}} {{executor_id}}"}}, Spark},
			{"In memory", "Cached data and broadcasts.", "bytes", Lines, []Query{{"sum by (line, executor_id, application_id) (metrics_executor_memoryUsed_bytes{$executors})", "{{line}} {{executor_id}}"}}, Spark},
		}},
	}}
}

func postgresql() Board {
	return Board{ID: "spark-postgresql", Title: "PostgreSQL (CloudNativePG)", About: "The servers with the platform's own data, where CloudNativePG runs them. The small server for dev exposes no metrics.", Sections: []Section{
		{"Servers", []Panel{
			{"Servers that answer", "One primary and its replicas.", "short", Number, []Query{{"sum by (namespace) (cnpg_collector_up{$space})", "{{namespace}}"}}, CNPG},
			{"Replication lag", "Seconds that a replica is behind.", "s", Lines, []Query{{"max by (pod) (cnpg_pg_replication_lag{$space})", "{{pod}}"}}, CNPG},
			{"Connections", "By database and state.", "short", Lines, []Query{{"sum by (datname, state) (cnpg_backends_total{$space})", "{{datname}} {{state}}"}}, CNPG},
			{"Size", "By database.", "bytes", Lines, []Query{{"max by (datname) (cnpg_pg_database_size_bytes{$space})", "{{datname}}"}}, CNPG},
			{"Transactions", "Per second, by database.", "short", Lines, []Query{
				{"sum by (datname) (rate(cnpg_pg_stat_database_xact_commit{$space}[$__rate_interval]))", "{{datname}} committed"},
				{"sum by (datname) (rate(cnpg_pg_stat_database_xact_rollback{$space}[$__rate_interval]))", "{{datname}} rolled back"},
			}, CNPG},
		}},
		{"Backups", []Panel{
			{"Age of the last backup", "Made by the plugin Barman Cloud, or by volume snapshots. An alert comes after 36 hours.", "s", Number, []Query{
				{"time() - max by (namespace) (barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{$space} > 0)", "Barman Cloud"},
				{"time() - max by (namespace) (cnpg_collector_last_available_backup_timestamp{$space} > 0)", "snapshots"},
			}, CNPG},
			{"Log archived", "Since the last piece of the write-ahead log went to the archive; more than this cannot be lost.", "s", Lines, []Query{
				{"max by (namespace) (cnpg_pg_stat_archiver_seconds_since_last_archival{$space})", "{{namespace}}"},
			}, CNPG},
		}},
	}}
}

// cost counts what executors hold, which is what a cloud is paid for, and how
// much of it works.
func cost() Board {
	cores := "sum by (line) (metrics_executor_totalCores{$executors})"
	gib := "sum by (line) (metrics_executor_maxMemory_bytes{$executors}) / 2^30"
	busy := "sum by (line) (rate(metrics_executor_totalDuration_seconds_total{$executors}[$__rate_interval]))"
	return Board{ID: "spark-cost", Title: "Cost", Prices: true, About: "What executors hold, how much of that works, and what it comes to at the prices above.", Sections: []Section{
		{"Held and used", []Panel{
			{"Cores", "Task slots that are held, and those that are busy.", "short", Lines, []Query{{cores, "{{line}} held"}, {busy, "{{line}} busy"}}, Spark},
			{"Use", "Busy share of the cores that are held. What is left is paid for nothing.", "percentunit", Lines, []Query{{busy + " / (" + cores + " > 0)", "{{line}}"}}, Spark},
		}},
		{"Money", []Panel{
			{"Per hour", "Cores and the memory that Spark manages, at the prices above.", "currencyUSD", Lines, []Query{
				{cores + " * $core_price + " + gib + " * $gib_price", "{{line}}"},
			}, Spark},
			{"In this time", "Core hours held in the time shown, at the price above.", "currencyUSD", Number, []Query{
				{"sum by (line) (sum_over_time(metrics_executor_totalCores{$executors}[$__range:1m])) / 60 * $core_price", "{{line}}"},
			}, Spark},
		}},
	}}
}
