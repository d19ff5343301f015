{{/*
What spark-defaults.conf of the Connect server says, as YAML; connect.extraConf wins over all of it. One part for each
concern, so that a part can be read, and left out, by itself.
*/}}
{{- define "spark.connectConf" -}}
{{ include "spark.storeConf" . }}
{{ include "spark.logConf" . }}
{{ include "spark.driverConf" . }}
{{ include "spark.podConf" . }}
{{ include "spark.executorConf" . }}
{{ include "spark.historyOfConf" . }}
{{ include "spark.tableConf" . }}
{{- if .Values.gpu.enabled }}
{{ include "spark.gpuConf" . }}
{{- end }}
{{- end }}

{{- define "spark.driverConf" -}}
{{- $localDir := include "spark.localDir" . -}}
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
{{- if eq .Values.store.type "s3" }}
spark.hadoop.fs.s3a.buffer.dir: {{ $localDir }}/s3a
{{- else if eq .Values.store.type "azure" }}
spark.hadoop.fs.azure.buffer.dir: {{ $localDir }}/abfs
{{- end }}
# A driver in a Deployment owns no Service and no volume: without these it would ask for rights to delete them.
spark.kubernetes.driver.service.deleteOnTermination: false
spark.kubernetes.driver.ownPersistentVolumeClaim: false
spark.kubernetes.driver.reusePersistentVolumeClaim: false
{{- end }}

{{/* How an executor's pod is made. */}}
{{- define "spark.podConf" -}}
spark.kubernetes.namespace: {{ .Release.Namespace }}
spark.kubernetes.container.image: {{ include "common.image" (dict "root" . "image" .Values.image) }}
spark.kubernetes.container.image.pullPolicy: {{ .Values.image.pullPolicy }}
{{- with .Values.imagePullSecrets }}
spark.kubernetes.container.image.pullSecrets: {{ range $i, $secret := . }}{{ if $i }},{{ end }}{{ $secret.name }}{{ end }}
{{- end }}
spark.kubernetes.executor.podTemplateFile: /opt/spark/pod-template/executor.yaml
{{- end }}

{{/* How many executors there are, how large, and what they leave behind when they go. */}}
{{- define "spark.executorConf" -}}
{{- $localDir := include "spark.localDir" . -}}
spark.executor.cores: {{ .Values.executor.cores }}
spark.executor.memory: {{ .Values.executor.memory }}
spark.executor.memoryOverhead: {{ .Values.executor.memoryOverhead }}
spark.kubernetes.executor.request.cores: {{ .Values.executor.requestCores }}
{{- with .Values.executor.limitCores }}
spark.kubernetes.executor.limit.cores: {{ . }}
{{- end }}
spark.kubernetes.executor.volumes.emptyDir.spark-local-dir-1.mount.path: {{ $localDir }}
spark.kubernetes.executor.volumes.emptyDir.spark-local-dir-1.options.sizeLimit: {{ .Values.executor.localDirSize }}
{{- if (include "spark.line" . | fromYaml).executorGracePeriod }}
# Without it Spark overrides the pod template's own period with 30 s.
spark.kubernetes.executor.terminationGracePeriodSeconds: 60s
{{- end }}
spark.dynamicAllocation.enabled: true
spark.dynamicAllocation.shuffleTracking.enabled: true
spark.dynamicAllocation.shuffleTracking.timeout: {{ .Values.executor.shuffleTimeout }}
spark.dynamicAllocation.minExecutors: {{ .Values.executor.instances.min }}
spark.dynamicAllocation.maxExecutors: {{ .Values.executor.instances.max }}
spark.dynamicAllocation.initialExecutors: {{ .Values.executor.instances.initial }}
spark.dynamicAllocation.executorIdleTimeout: {{ .Values.executor.idleTimeout }}
# An executor that goes hands its shuffle blocks to another one, and Spark takes them for a running job's there until some job
# ends or the driver collects what nobody refers to any more. A driver without work collects nothing by itself.
spark.cleaner.periodicGC.interval: 2min
spark.decommission.enabled: true
spark.storage.decommission.enabled: true
spark.storage.decommission.rddBlocks.enabled: true
spark.storage.decommission.shuffleBlocks.enabled: true
{{- if .Values.executor.fallbackStorage }}
# Where shuffle blocks go when no executor is left to take them. Spark joins paths to it, so it ends with a slash.
spark.storage.decommission.fallbackStorage.path: {{ include "common.storeURI" . }}/spark-fallback/
spark.storage.decommission.fallbackStorage.cleanUp: true
{{- end }}
{{- end }}

{{/* What the History Server and Prometheus will know of an application. */}}
{{- define "spark.historyOfConf" -}}
spark.eventLog.enabled: true
spark.eventLog.dir: file:///var/log/spark-events
spark.eventLog.compress: true
spark.eventLog.rolling.enabled: true
spark.eventLog.rolling.maxFileSize: 10m
spark.eventLog.logStageExecutorMetrics: true
spark.ui.prometheus.enabled: true
spark.metrics.namespace: spark
spark.metrics.appStatusSource.enabled: true
{{- end }}

{{- define "spark.tableConf" -}}
# The session's own catalog lives in memory; Hive's would start a Derby database in the working directory. Its tables go
# to the bucket, for a directory of the driver's disk is none that executors could write to.
spark.sql.catalogImplementation: in-memory
spark.sql.warehouse.dir: {{ include "common.storeURI" . }}/warehouse/spark_catalog
{{- if .Values.iceberg.enabled }}
{{- $catalog := printf "spark.sql.catalog.%s" .Values.iceberg.catalog }}
spark.sql.extensions: org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions
{{ $catalog }}: org.apache.iceberg.spark.SparkCatalog
{{ $catalog }}.type: hive
{{ $catalog }}.uri: {{ .Values.iceberg.metastoreUri }}
{{ $catalog }}.warehouse: {{ include "common.storeURI" . }}/{{ .Values.iceberg.warehouse }}
{{- end }}
{{- end }}

{{/*
SQL on GPUs. An executor's pod asks for whole GPUs and its tasks share them; the discovery script is in the image. In the
mode explainOnly the plugin says what it would put on a GPU and leaves everything on the CPU, so no pod asks for one.
*/}}
{{- define "spark.gpuConf" -}}
spark.plugins: com.nvidia.spark.SQLPlugin
spark.rapids.sql.enabled: true
spark.rapids.sql.mode: {{ .Values.gpu.mode }}
spark.rapids.sql.explain: NOT_ON_GPU
{{- if eq .Values.gpu.mode "executeOnGPU" }}
spark.executor.resource.gpu.amount: {{ .Values.gpu.perExecutor }}
spark.executor.resource.gpu.vendor: {{ .Values.gpu.vendor }}
spark.executor.resource.gpu.discoveryScript: /opt/spark/examples/src/main/scripts/getGpusResources.sh
spark.task.resource.gpu.amount: {{ divf .Values.gpu.perExecutor .Values.executor.cores }}
spark.rapids.sql.concurrentGpuTasks: {{ .Values.gpu.concurrentTasks }}
spark.rapids.memory.pinnedPool.size: {{ .Values.gpu.pinnedMemory }}
{{- end }}
{{- end }}
