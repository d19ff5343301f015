{{/* Name of the Connect server's objects. */}}
{{- define "spark.connect" -}}
{{ .Release.Name }}-connect
{{- end }}

{{/* Where the driver and executors keep shuffle files, spills and S3 uploads. */}}
{{- define "spark.localDir" -}}
/var/data/spark-local
{{- end }}

{{/* Properties that reach S3, as YAML. Keys come from the environment, so that no property ever holds a secret. */}}
{{- define "spark.s3Conf" -}}
{{- with include "common.s3Endpoint" .Values.s3 }}
spark.hadoop.fs.s3a.endpoint: {{ . }}
{{- end }}
spark.hadoop.fs.s3a.endpoint.region: {{ .Values.s3.region }}
spark.hadoop.fs.s3a.path.style.access: {{ .Values.s3.pathStyle }}
spark.hadoop.fs.s3a.aws.credentials.provider: software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider
spark.log.structuredLogging.enabled: true
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
