package charts

// An alertCase is what Prometheus has seen, and whether an alert must come of it. Series are written as promtool wants
// them, a sample a minute.
type alertCase struct {
	alert, when string
	fires       bool
	at          string // time at which it is looked
	series      [][2]string
}

const (
	upOf41       = `up{namespace="spark", line="spark-41", metrics_path="/metrics/prometheus/"}`
	wanted       = `kube_deployment_spec_replicas{namespace="spark", deployment="spark-41-connect"}`
	driver       = "metrics_spark_driver_"
	of41         = `{namespace="spark", line="spark-41"}`
	manage       = driver + "ExecutorAllocationManager_executors_"
	failed       = driver + "appStatus_jobs_failedJobs_Count" + of41
	passed       = driver + "appStatus_jobs_succeededJobs_Count" + of41
	gcTime       = `metrics_executor_totalGCTime_seconds_total{namespace="spark", line="spark-41", executor_id="1"}`
	upOfAirflow  = `up{namespace="spark", line="airflow", metrics_path="/metrics"}`
	heartbeats   = `airflow_scheduler_heartbeat_total{namespace="spark", line="airflow"}`
	importErrors = `airflow_dag_processing_import_errors{namespace="spark", line="airflow"}`
	runsFailed   = `airflow_dagrun_duration_seconds_count{namespace="spark", line="airflow", state="failed", dag_id="daily_sales"}`
	maintained   = `iceberg_maintenance_last_success_timestamp_seconds{namespace="spark", line="airflow", table="lake.samples.sales"}`
	tasks        = `metrics_executor_totalDuration_seconds_total{namespace="spark", line="spark-41", executor_id="1"}`
)

func available(deployment string) string {
	return `kube_deployment_status_replicas_available{namespace="spark", deployment="` + deployment + `"}`
}

func ready(statefulset string) string {
	return `kube_statefulset_status_replicas_ready{namespace="spark", statefulset="` + statefulset + `"}`
}

func dropped(queue, values string) [2]string {
	return [2]string{driver + "LiveListenerBus_queue_" + queue + "_numDroppedEvents_Count" + of41, values}
}

func volume(what, values string) [2]string {
	return [2]string{`kubelet_volume_stats_` + what + `_bytes{namespace="spark", persistentvolumeclaim="data-postgresql-0"}`, values}
}

func backup(by, values string) [2]string {
	return [2]string{by + `_last_available_backup_timestamp{namespace="spark", pod="postgresql-cluster-1"}`, values}
}

func alertCases() []alertCase {
	return []alertCase{
		{"SparkConnectUnavailable", "it does not answer", true, "130m", [][2]string{{upOf41, "1x119 0x20"}}},
		{"SparkConnectUnavailable", "its pod is gone", true, "130m", [][2]string{{upOf41, "1x119 stale"}, {wanted, "1x150"}}},
		{"SparkConnectUnavailable", "its pod is gone, and nobody says that it should be there", true, "130m", [][2]string{{upOf41, "1x119 stale"}}},
		{"SparkConnectUnavailable", "it was never there", true, "30m", [][2]string{{wanted, "1x150"}}},
		{"SparkConnectUnavailable", "it is replaced", false, "130m", [][2]string{{upOf41, "1x119 0x2 1x20"}}},
		{"SparkConnectUnavailable", "outside office hours", false, "130m", [][2]string{{upOf41, "1x119 stale"}, {wanted, "1x119 0x40"}}},
		{"SparkConnectUnavailable", "long ago", false, "400m", [][2]string{{upOf41, "1x119 0x15 1x300"}}},
		{"SparkConnectUnavailable", "another platform's", false, "130m", [][2]string{{`up{namespace="other", line="spark-41", metrics_path="/metrics/prometheus/"}`, "0x200"}}},
		{"SparkConnectDegraded", "now and then", true, "375m", [][2]string{{upOf41, "1x350 0x7 1x30"}}},
		{"SparkConnectDegraded", "once", false, "375m", [][2]string{{upOf41, "1x350 0 1x30"}}},
		{"SparkJobErrors", "a third of them", true, "60m", [][2]string{{failed, "0+5x90"}, {passed, "0+10x90"}}},
		{"SparkJobErrors", "one of two", false, "60m", [][2]string{{failed, "0x30 1x60"}, {passed, "0x30 1x60"}}},
		{"SparkJobErrors", "one of twenty", false, "60m", [][2]string{{failed, "0+1x90"}, {passed, "0+19x90"}}},
		{"SparkJobErrors", "nobody works", false, "60m", [][2]string{{failed, "7x90"}, {passed, "9x90"}}},
		{"SparkJobErrorsCreeping", "one of twenty", true, "60m", [][2]string{{failed, "0+1x90"}, {passed, "0+19x90"}}},
		{"SparkJobErrorsCreeping", "one of a thousand", false, "60m", [][2]string{{failed, "0+1x90"}, {passed, "0+999x90"}}},
		{"SparkExecutorsStarved", "half of them are missing", true, "20m", [][2]string{{manage + "numberTargetExecutors_Value" + of41, "4x30"}, {manage + "numberAllExecutors_Value" + of41, "2x30"}}},
		{"SparkExecutorsStarved", "they come", false, "20m", [][2]string{{manage + "numberTargetExecutors_Value" + of41, "4x30"}, {manage + "numberAllExecutors_Value" + of41, "0x5 4x30"}}},
		{"SparkExecutorsStarved", "more than are wanted", false, "20m", [][2]string{{manage + "numberTargetExecutors_Value" + of41, "0x30"}, {manage + "numberAllExecutors_Value" + of41, "2x30"}}},
		{"SparkExecutorsLost", "one every five minutes", true, "31m", [][2]string{{manage + "numberExecutorsExitedUnexpectedly_Count" + of41, "0x4 1x4 2x4 3x4 4x4 5x4 6x20"}}},
		{"SparkExecutorsLost", "two", false, "31m", [][2]string{{manage + "numberExecutorsExitedUnexpectedly_Count" + of41, "0x10 2x40"}}},
		{"SparkGarbageCollection", "a half", true, "30m", [][2]string{{gcTime, "0+30x40"}, {tasks, "0+60x40"}}},
		{"SparkGarbageCollection", "a twentieth", false, "30m", [][2]string{{gcTime, "0+3x40"}, {tasks, "0+60x40"}}},
		{"SparkGarbageCollection", "of next to no work", false, "30m", [][2]string{{gcTime, "0+1x40"}, {tasks, "0+2x40"}}},
		{"SparkDriverHeapFull", "for long", true, "20m", [][2]string{{driver + "jvm_heap_usage_Value" + of41, "0.95x30"}}},
		{"SparkDriverHeapFull", "until it is collected", false, "20m", [][2]string{{driver + "jvm_heap_usage_Value" + of41, "0.95x8 0.3 0.95x20"}}},
		{"SparkEventsDropped", "by one queue", true, "20m", [][2]string{dropped("appStatus", "0x10 40x20"), dropped("eventLog", "0x30"), dropped("executorManagement", "0x30"), dropped("shared", "0x30")}},
		{"SparkEventsDropped", "long ago", false, "30m", [][2]string{dropped("appStatus", "40x40"), dropped("eventLog", "0x40"), dropped("executorManagement", "0x40"), dropped("shared", "0x40")}},
		{"HiveMetastoreDown", "gone", true, "10m", [][2]string{{available("hive-metastore"), "1x2 0x20"}}},
		{"HiveMetastoreDown", "replaced", false, "10m", [][2]string{{available("hive-metastore"), "1x5 0x3 1x20"}}},
		{"PostgreSQLDown", "gone", true, "10m", [][2]string{{ready("postgresql"), "1x2 0x20"}}},
		{"PostgreSQLDown", "no instance of CloudNativePG answers", true, "10m", [][2]string{{`cnpg_collector_up{namespace="spark", pod="a"}`, "0x20"}, {`cnpg_collector_up{namespace="spark", pod="b"}`, "0x20"}}},
		{"PostgreSQLDown", "a replica is away", false, "10m", [][2]string{{`cnpg_collector_up{namespace="spark", pod="a"}`, "1x20"}, {`cnpg_collector_up{namespace="spark", pod="b"}`, "0x20"}}},
		{"ObjectStoreDown", "gone", true, "10m", [][2]string{{ready("object-store"), "1x2 0x20"}}},
		{"ObjectStoreDown", "there", false, "10m", [][2]string{{ready("object-store"), "1x20"}}},
		{"HistoryServerDown", "gone", true, "20m", [][2]string{{available("spark-history"), "0x30"}}},
		{"HistoryServerDown", "for ten minutes", false, "20m", [][2]string{{available("spark-history"), "1x5 0x10 1x20"}}},
		{"AirflowDown", "no scheduler", true, "15m", [][2]string{{available("airflow-scheduler"), "0x30"}, {available("airflow-api"), "1x30"}}},
		{"AirflowDown", "all there", false, "15m", [][2]string{{available("airflow-scheduler"), "1x30"}, {available("airflow-api"), "2x30"}}},
		{"AirflowDown", "the exporter of metrics", false, "15m", [][2]string{{available("airflow-scheduler"), "1x30"}, {available("airflow-metrics"), "0x30"}}},
		{"AirflowSchedulerSilent", "it is gone, and the exporter says what it said", true, "40m", [][2]string{{upOfAirflow, "1x60"}, {heartbeats, "0+12x15 180x40"}}},
		{"AirflowSchedulerSilent", "both were replaced, and only the exporter came back", true, "40m", [][2]string{{upOfAirflow, "1x60"}, {heartbeats, "0+12x15 stale"}}},
		{"AirflowSchedulerSilent", "the exporter is gone", true, "40m", [][2]string{{upOfAirflow, "1x15 stale"}, {heartbeats, "0+12x15 stale"}}},
		{"AirflowSchedulerSilent", "the exporter was replaced", false, "40m", [][2]string{{upOfAirflow, "1x15 0 1x50"}, {heartbeats, "0+12x15 stale 0+12x50"}}},
		{"AirflowSchedulerSilent", "one of two is gone", false, "40m", [][2]string{{upOfAirflow, "1x60"}, {heartbeats, "0+24x15 360+12x40"}}},
		{"AirflowSchedulerSilent", "nobody collects", false, "40m", [][2]string{{upOf41, "1x60"}}},
		{"AirflowImportErrors", "a file", true, "30m", [][2]string{{importErrors, "1x40"}}},
		{"AirflowImportErrors", "put right", false, "30m", [][2]string{{importErrors, "1x10 0x30"}}},
		{"AirflowRunsFail", "one more", true, "30m", [][2]string{{runsFailed, "3x10 4x30"}}},
		{"AirflowRunsFail", "the first ever", true, "80m", [][2]string{{runsFailed, "_x60 1x30"}}},
		{"AirflowRunsFail", "yesterday", false, "130m", [][2]string{{runsFailed, "3x10 4x150"}}},
		{"AirflowRunsFail", "they succeed", false, "30m", [][2]string{{`airflow_dagrun_duration_seconds_count{namespace="spark", state="success", dag_id="daily_sales"}`, "3x10 4x30"}}},
		// Time begins at 1970 for promtool, and the last maintenance was before.
		{"IcebergMaintenanceStale", "two weeks ago", true, "2h", [][2]string{{maintained, "-1200000x150"}}},
		{"IcebergMaintenanceStale", "and the exporter was replaced", true, "2h", [][2]string{{maintained, "-1200000x20 stale"}}},
		{"IcebergMaintenanceStale", "a week ago", false, "2h", [][2]string{{maintained, "-604800x150"}}},
		{"IcebergMaintenanceStale", "this week, after three in which it failed", false, "2h", [][2]string{{maintained, "-1900000x5 60x150"}}},
		{"DataValidationFailed", "a run", true, "5m", [][2]string{{`kube_job_status_failed{namespace="spark", job_name="data-validation-29400360", reason="BackoffLimitExceeded"}`, "1x9"}}},
		{"DataValidationFailed", "another job", false, "5m", [][2]string{{`kube_job_status_failed{namespace="spark", job_name="postgresql-databases-a", reason="BackoffLimitExceeded"}`, "1x9"}}},
		{"VolumeFillingUp", "a twentieth is left", true, "20m", [][2]string{volume("available", "5x30"), volume("capacity", "100x30")}},
		{"VolumeFillingUp", "half is left", false, "20m", [][2]string{volume("available", "50x30"), volume("capacity", "100x30")}},
		{"PostgreSQLBackupOld", "the plugin's last one is two days old", true, "49h", [][2]string{backup("barman_cloud_cloudnative_pg_io", "60x2940")}},
		{"PostgreSQLBackupOld", "snapshots end two days ago", true, "49h", [][2]string{backup("cnpg_collector", "60x2940")}},
		{"PostgreSQLBackupOld", "the plugin's is new, the operator's own counts no more", false, "49h", [][2]string{
			backup("barman_cloud_cloudnative_pg_io", "172800x2940"), backup("cnpg_collector", "60x2940"),
		}},
		{"PostgreSQLBackupOld", "nobody makes any", false, "49h", [][2]string{backup("cnpg_collector", "0x2940")}},
		{"CertificateExpiresSoon", "in a week", true, "2h", [][2]string{{`certmanager_certificate_expiration_timestamp_seconds{namespace="spark", name="db"}`, "604800x150"}}},
		{"CertificateExpiresSoon", "in a month", false, "2h", [][2]string{{`certmanager_certificate_expiration_timestamp_seconds{namespace="spark", name="db"}`, "2592000x150"}}},
	}
}
