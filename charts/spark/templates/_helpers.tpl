{{/* Name of the Connect server's objects. */}}
{{- define "spark.connect" -}}
{{ .Release.Name }}-connect
{{- end }}

{{/* Where the driver and executors keep shuffle files, spills and S3 uploads. */}}
{{- define "spark.localDir" -}}
/var/data/spark-local
{{- end }}

{{/* Most that a Spark process may keep in /tmp. RAPIDS unpacks 1.5 GB of libraries there, in every process. */}}
{{- define "spark.tmpSize" -}}
{{ ternary "3Gi" "1Gi" .Values.gpu.enabled }}
{{- end }}

{{/* Properties that reach the bucket, as YAML. */}}
{{- define "spark.storeConf" -}}
{{- $provider := (include "spark.line" . | fromYaml).awsCredentials -}}
{{- range $name, $value := include "common.storeConf" (dict "root" . "awsCredentials" $provider) | fromYaml }}
spark.hadoop.{{ $name }}: {{ $value }}
{{- end }}
{{- end }}

{{/* Has Spark 4 put what a message is about into the context of its line, where logFiles finds it. */}}
{{- define "spark.logConf" -}}
{{- if and (eq .Values.logs.format "json") (include "spark.line" . | fromYaml).structuredLogging }}
spark.log.structuredLogging.enabled: true
{{- end }}
{{- end }}

{{/*
The files that make both lines of Spark log the same lines of JSON: the names are those that Spark 4 uses by itself (ts,
level, msg, context, exception, logger), and beside them whose line it is. Spark hands every file of its configuration
directory to executors, these too, and gives their pods the variables. A driver's application has no name before it starts.
*/}}
{{- define "spark.logFiles" -}}
{{- if eq .Values.logs.format "json" -}}
log4j2.properties: |
  rootLogger.level = info
  rootLogger.appenderRef.stderr.ref = stderr
  appender.stderr.type = Console
  appender.stderr.name = stderr
  appender.stderr.target = SYSTEM_ERR
  appender.stderr.layout.type = JsonTemplateLayout
  appender.stderr.layout.eventTemplateUri = classpath:log-layout.json
log-layout.json: |
  {
    "ts": {"$resolver": "timestamp", "pattern": {"format": "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", "timeZone": "UTC"}},
    "level": {"$resolver": "level", "field": "name"},
    "msg": {"$resolver": "message", "stringified": true},
    "application": "${env:SPARK_APPLICATION_ID:-}",
    "executor": "${env:SPARK_EXECUTOR_ID:-}",
    "pod": "${env:HOSTNAME:-}",
    "context": {"$resolver": "mdc"},
    "exception": {
      "class": {"$resolver": "exception", "field": "className"},
      "msg": {"$resolver": "exception", "field": "message"},
      "stacktrace": {"$resolver": "exception", "field": "stackTrace", "stackTrace": {"stringified": true}}
    },
    "logger": {"$resolver": "logger", "field": "name"}
  }
{{- end }}
{{- end }}

{{/* Properties from YAML to the format of spark-defaults.conf, in which a backslash starts an escape. */}}
{{- define "spark.properties" -}}
{{- range $key, $value := . -}}
{{ $key }}={{ $value | toString | replace "\\" "\\\\" }}
{{ end }}
{{- end }}

{{/* The token that clients must show, where the line has it: Spark takes it from this variable, so no property holds it. */}}
{{- define "spark.tokenEnv" -}}
{{- if (include "spark.line" . | fromYaml).token }}
{{- if .Values.connect.token.enabled -}}
- name: SPARK_CONNECT_AUTHENTICATE_TOKEN
  valueFrom:
    secretKeyRef: {name: {{ .Values.connect.token.existingSecret }}, key: {{ .Values.connect.token.key }}}
{{- end }}
{{- end }}
{{- end }}

{{/* What a driver, an executor and the History Server have in their environment, as a list. */}}
{{- define "spark.env" -}}
- {name: HOME, value: /tmp}
{{- if and (eq .Values.store.type "s3") .Values.s3.endpoint }}
# Servers other than AWS do not all accept the checksums that newer AWS SDKs send.
- {name: AWS_REQUEST_CHECKSUM_CALCULATION, value: when_required}
- {name: AWS_RESPONSE_CHECKSUM_VALIDATION, value: when_required}
{{- end }}
{{- with include "common.storeEnv" . }}
{{ . }}
{{- end }}
{{- end }}

{{/* A container that runs rclone with the bucket's store as its remote "store". Dict: root, name, script, mounts. */}}
{{- define "spark.rclone" -}}
name: {{ .name }}
image: {{ include "common.image" (dict "root" .root "image" .root.Values.rclone.image) }}
imagePullPolicy: {{ .root.Values.rclone.image.pullPolicy }}
command: [sh, -euc]
args:
  - |
    {{- .script | nindent 4 }}
env:
  - {name: EVENT_LOGS, value: "store:{{ .root.Values.store.bucket }}/{{ .root.Values.eventLog.prefix }}"}
  - {name: RCLONE_USE_JSON_LOG, value: "true"}
  # Logs only grow, so equal sizes mean equal contents; and they may grow while they are copied.
  - {name: RCLONE_SIZE_ONLY, value: "true"}
  - {name: RCLONE_LOCAL_NO_CHECK_UPDATED, value: "true"}
  {{- include "common.storeRclone" .root | nindent 2 }}
resources:
  {{- toYaml .root.Values.rclone.resources | nindent 2 }}
securityContext:
  {{- include "common.containerSecurity" . | nindent 2 }}
{{- with printf "%s\n%s" .mounts (include "common.storeMounts" .root) | trim }}
volumeMounts:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The init container that makes the event-log prefix exist. */}}
{{- define "spark.eventLogPrefix" -}}
{{ include "spark.rclone" (dict "root" . "name" "event-log-prefix" "mounts" "" "script" ": | rclone rcat \"$EVENT_LOGS/.keep\"") }}
{{- end }}
