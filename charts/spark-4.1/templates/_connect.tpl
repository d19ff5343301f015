{{/* What spark-defaults.conf of the Connect server says, as YAML; connect.extraConf wins over all of it. */}}
{{- define "spark.connectConf" -}}
{{- $localDir := include "spark.localDir" . -}}
{{ include "spark.s3Conf" . }}
spark.app.name: {{ .Release.Name }}
spark.master: k8s://https://kubernetes.default.svc
spark.scheduler.mode: FAIR

spark.driver.memory: {{ .Values.connect.driverMemory }}
spark.driver.port: {{ .Values.connect.driverPort }}
spark.driver.blockManager.port: {{ .Values.connect.blockManagerPort }}
spark.blockManager.port: {{ .Values.connect.blockManagerPort }}
spark.connect.grpc.binding.port: {{ .Values.connect.grpcPort }}
spark.ui.port: {{ .Values.connect.uiPort }}
spark.local.dir: {{ $localDir }}
spark.hadoop.fs.s3a.buffer.dir: {{ $localDir }}/s3a

spark.kubernetes.namespace: {{ .Release.Namespace }}
spark.kubernetes.container.image: {{ include "common.image" (dict "root" . "image" .Values.image) }}
spark.kubernetes.container.image.pullPolicy: {{ .Values.image.pullPolicy }}
{{- with .Values.imagePullSecrets }}
spark.kubernetes.container.image.pullSecrets: {{ range $i, $secret := . }}{{ if $i }},{{ end }}{{ $secret.name }}{{ end }}
{{- end }}
spark.kubernetes.executor.podTemplateFile: /opt/spark/pod-template/executor.yaml
spark.kubernetes.executor.secretKeyRef.AWS_ACCESS_KEY_ID: {{ .Values.s3.existingSecret }}:{{ .Values.s3.accessKeyKey }}
spark.kubernetes.executor.secretKeyRef.AWS_SECRET_ACCESS_KEY: {{ .Values.s3.existingSecret }}:{{ .Values.s3.secretKeyKey }}
{{- range $name, $value := include "spark.checksumEnv" . | fromYaml }}
spark.executorEnv.{{ $name }}: {{ $value }}
{{- end }}
# A driver in a Deployment owns no Service and no volume: without these it would ask for rights to delete them.
spark.kubernetes.driver.service.deleteOnTermination: false
spark.kubernetes.driver.ownPersistentVolumeClaim: false
spark.kubernetes.driver.reusePersistentVolumeClaim: false

spark.executor.cores: {{ .Values.executor.cores }}
spark.executor.memory: {{ .Values.executor.memory }}
spark.executor.memoryOverhead: {{ .Values.executor.memoryOverhead }}
spark.kubernetes.executor.request.cores: {{ .Values.executor.requestCores }}
{{- with .Values.executor.limitCores }}
spark.kubernetes.executor.limit.cores: {{ . }}
{{- end }}
spark.kubernetes.executor.volumes.emptyDir.spark-local-dir-1.mount.path: {{ $localDir }}
spark.kubernetes.executor.volumes.emptyDir.spark-local-dir-1.options.sizeLimit: {{ .Values.executor.localDirSize }}
spark.kubernetes.executor.terminationGracePeriodSeconds: 60s

spark.dynamicAllocation.enabled: true
spark.dynamicAllocation.shuffleTracking.enabled: true
spark.dynamicAllocation.shuffleTracking.timeout: {{ .Values.executor.shuffleTimeout }}
spark.dynamicAllocation.minExecutors: {{ .Values.executor.instances.min }}
spark.dynamicAllocation.maxExecutors: {{ .Values.executor.instances.max }}
spark.dynamicAllocation.initialExecutors: {{ .Values.executor.instances.initial }}
spark.dynamicAllocation.executorIdleTimeout: {{ .Values.executor.idleTimeout }}
spark.decommission.enabled: true
spark.storage.decommission.enabled: true
spark.storage.decommission.rddBlocks.enabled: true
spark.storage.decommission.shuffleBlocks.enabled: true

spark.eventLog.enabled: true
spark.eventLog.dir: file:///var/log/spark-events
spark.eventLog.compress: true
spark.eventLog.rolling.enabled: true
spark.eventLog.rolling.maxFileSize: 10m
spark.eventLog.logStageExecutorMetrics: true
spark.ui.prometheus.enabled: true
spark.metrics.namespace: spark
spark.metrics.appStatusSource.enabled: true

# The session's own catalog lives in memory; Hive's would start a Derby database in the working directory. Its tables go
# to the bucket, for a directory of the driver's disk is none that executors could write to.
spark.sql.catalogImplementation: in-memory
spark.sql.warehouse.dir: s3a://{{ .Values.s3.bucket }}/warehouse/spark_catalog
{{- if .Values.iceberg.enabled }}
{{- $catalog := printf "spark.sql.catalog.%s" .Values.iceberg.catalog }}
spark.sql.extensions: org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions
{{ $catalog }}: org.apache.iceberg.spark.SparkCatalog
{{ $catalog }}.type: hive
{{ $catalog }}.uri: {{ .Values.iceberg.metastoreUri }}
{{ $catalog }}.warehouse: {{ .Values.iceberg.warehouse }}
{{- end }}
{{- end }}

{{/*
Copies event logs from the pod's disk to the bucket. When it is told to stop, Spark has stopped already (sidecars end
last), so one more round gets the end of the log.
*/}}
{{- define "spark.shipEventLogs" -}}
ship() {
  for application in eventlog_v2_*; do
    [ -d "$application" ] || continue
    # Spark writes to the file with the highest number only. The others are looked up before the copy, for one that is
    # closed meanwhile may have grown after it was copied.
    closed=$(ls "$application" | grep '^events_' | sort -t_ -k2,2n | sed '$d')
    # The status is synced: at the end Spark renames it, and the name that says "in progress" has to go. Without a
    # status the History Server cannot read the directory, so it comes first.
    rclone sync --include 'appstatus_*' "$application" "$EVENT_LOGS/$application" &&
      rclone copy --include 'events_*' "$application" "$EVENT_LOGS/$application" &&
      for file in $closed; do rm "$application/$file"; done ||
      echo "event logs not shipped, trying again" >&2
  done
}
cd /var/log/spark-events
stopping=
trap 'stopping=true' TERM
until [ "$stopping" ]; do
  sleep {{ .Values.eventLog.shipIntervalSeconds }} &
  wait $! || true
  ship
done
ship
{{- end }}
