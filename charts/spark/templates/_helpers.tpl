{{/* Name of the Connect server's objects. */}}
{{- define "spark.connect" -}}
{{ .Release.Name }}-connect
{{- end }}

{{/* Where the driver and executors keep shuffle files, spills and S3 uploads. */}}
{{- define "spark.localDir" -}}
/var/data/spark-local
{{- end }}

{{/* Address of the bucket, as Hadoop's file systems take it. */}}
{{- define "spark.bucket" -}}
s3a://{{ .Values.s3.bucket }}
{{- end }}

{{/* Properties that reach the bucket, as YAML. Keys come from the environment, so that no property ever holds a secret. */}}
{{- define "spark.storeConf" -}}
{{- with include "common.s3Endpoint" .Values.s3 }}
spark.hadoop.fs.s3a.endpoint: {{ . }}
{{- end }}
spark.hadoop.fs.s3a.endpoint.region: {{ .Values.s3.region }}
spark.hadoop.fs.s3a.path.style.access: {{ .Values.s3.pathStyle }}
# Hadoop 3.3 deletes the markers of parent directories after each write, which servers over a file system refuse; 3.4 keeps
# them by default. Both lines write to one bucket, so both keep them.
spark.hadoop.fs.s3a.directory.marker.retention: keep
spark.hadoop.fs.s3a.aws.credentials.provider: {{ (include "spark.line" . | fromYaml).awsCredentials }}
{{- end }}

{{/* Logs as lines of JSON. Spark 4 writes them by itself; 3.5 is told so by a file, see spark.logFiles. */}}
{{- define "spark.logConf" -}}
{{- if (include "spark.line" . | fromYaml).structuredLogging }}
spark.log.structuredLogging.enabled: true
{{- end }}
{{- end }}

{{/*
The files that make Spark 3.5 log lines of JSON with the names that Spark 4 uses: ts, level, msg, context, exception,
logger. Spark hands every file of its configuration directory to executors, these too.
*/}}
{{- define "spark.logFiles" -}}
{{- if not (include "spark.line" . | fromYaml).structuredLogging -}}
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

{{/* The keys of S3 as the environment variables that the AWS SDK looks for. */}}
{{- define "spark.s3Env" -}}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef: {name: {{ .Values.s3.existingSecret }}, key: {{ .Values.s3.accessKeyKey }}}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef: {name: {{ .Values.s3.existingSecret }}, key: {{ .Values.s3.secretKeyKey }}}
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

{{/* Environment variables, as YAML, that let servers other than AWS accept what newer AWS SDKs send. */}}
{{- define "spark.checksumEnv" -}}
{{- if .Values.s3.endpoint -}}
AWS_REQUEST_CHECKSUM_CALCULATION: when_required
AWS_RESPONSE_CHECKSUM_VALIDATION: when_required
{{- end }}
{{- end }}

{{/* A container that runs rclone with the bucket's store as its remote "store". Dict: root, name, script. */}}
{{- define "spark.rclone" -}}
name: {{ .name }}
image: {{ include "common.image" (dict "root" .root "image" .root.Values.rclone.image) }}
imagePullPolicy: {{ .root.Values.rclone.image.pullPolicy }}
command: [sh, -euc]
args:
  - |
    {{- .script | nindent 4 }}
env:
  - {name: EVENT_LOGS, value: "store:{{ .root.Values.s3.bucket }}/{{ .root.Values.eventLog.prefix }}"}
  - {name: RCLONE_CONFIG, value: /dev/null}
  - {name: RCLONE_USE_JSON_LOG, value: "true"}
  - {name: RCLONE_CONFIG_STORE_TYPE, value: s3}
  {{- with include "common.s3Endpoint" .root.Values.s3 }}
  - {name: RCLONE_CONFIG_STORE_PROVIDER, value: Other}
  - {name: RCLONE_CONFIG_STORE_ENDPOINT, value: {{ . | quote }}}
  {{- else }}
  - {name: RCLONE_CONFIG_STORE_PROVIDER, value: AWS}
  {{- end }}
  - {name: RCLONE_CONFIG_STORE_REGION, value: {{ .root.Values.s3.region | quote }}}
  - {name: RCLONE_CONFIG_STORE_FORCE_PATH_STYLE, value: {{ .root.Values.s3.pathStyle | quote }}}
  # Logs only grow, so equal sizes mean equal contents; and they may grow while they are copied.
  - {name: RCLONE_SIZE_ONLY, value: "true"}
  - {name: RCLONE_LOCAL_NO_CHECK_UPDATED, value: "true"}
  # Creating buckets is not its business, and the keys may not allow it.
  - {name: RCLONE_CONFIG_STORE_NO_CHECK_BUCKET, value: "true"}
  - name: RCLONE_CONFIG_STORE_ACCESS_KEY_ID
    valueFrom:
      secretKeyRef: {name: {{ .root.Values.s3.existingSecret }}, key: {{ .root.Values.s3.accessKeyKey }}}
  - name: RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY
    valueFrom:
      secretKeyRef: {name: {{ .root.Values.s3.existingSecret }}, key: {{ .root.Values.s3.secretKeyKey }}}
resources:
  {{- toYaml .root.Values.rclone.resources | nindent 2 }}
securityContext:
  {{- include "common.containerSecurity" . | nindent 2 }}
{{- end }}

{{/* The init container that makes the event-log prefix exist. */}}
{{- define "spark.eventLogPrefix" -}}
{{ include "spark.rclone" (dict "root" . "name" "event-log-prefix" "script" ": | rclone rcat \"$EVENT_LOGS/.keep\"") }}
{{- end }}
