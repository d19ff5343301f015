{{/* Where tasks and people reach Airflow. */}}
{{- define "airflow.api" -}}
{{ .Release.Name }}-api
{{- end }}

{{/* Settings of Airflow, as a YAML map of section.key. Those of `settings` win. Dict: root, more (a map; may be missing). */}}
{{- define "airflow.settings" -}}
{{- $root := .root -}}
{{- $all := dict
  "core.auth_manager" "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
  "core.execution_api_server_url" (printf "http://%s:8080/execution/" (include "airflow.api" $root))
  "core.executor" "KubernetesExecutor"
  "core.hostname_callable" "socket.gethostname"
  "core.load_examples" "False"
  "logging.dag_processor_log_target" "stdout"
  "logging.json_logs" "True"
-}}
{{- toYaml (mergeOverwrite $all (.more | default dict) $root.Values.settings) }}
{{- end }}

{{/* Settings as environment variables; a dict as above. */}}
{{- define "airflow.settingsEnv" -}}
{{- range $name, $value := include "airflow.settings" . | fromYaml }}
- {name: AIRFLOW__{{ $name | replace "." "__" | upper }}, value: {{ $value | quote }}}
{{- end }}
{{- end }}

{{/* Settings of what writes or reads the logs of tasks. */}}
{{- define "airflow.logSettings" -}}
{{- if .Values.logs.enabled -}}
logging.remote_logging: "True"
logging.remote_base_log_folder: s3://{{ .Values.s3.bucket }}/{{ .Values.logs.prefix }}
logging.remote_log_conn_id: object_store
logging.delete_local_logs: "True"
{{- end }}
{{- end }}

{{/* Settings of what talks to the database. */}}
{{- define "airflow.databaseSettings" -}}
# The password is not in it: libpq and asyncpg take PGPASSWORD, in which every character is right.
database.sql_alchemy_conn: postgresql+psycopg2://$(PGUSER)@$(PGHOST):$(PGPORT)/$(PGDATABASE)
core.fernet_key_cmd: python /etc/airflow/keys.py
# The migration Job writes roles and permissions; several servers at a time would get into each other's way.
fab.update_fab_perms: "False"
{{- end }}

{{/* The database, in the variables of libpq, and the keys to what is encrypted in it. */}}
{{- define "airflow.databaseEnv" -}}
{{- $database := .Values.database }}
- {name: PGHOST, value: {{ $database.host }}}
- {name: PGPORT, value: {{ $database.port | quote }}}
- {name: PGDATABASE, value: {{ $database.name }}}
- {name: PGUSER, value: {{ $database.user }}}
- {name: PGSSLMODE, value: {{ $database.tls.mode }}}
{{- if include "airflow.caSecret" . }}
- {name: PGSSLROOTCERT, value: /etc/database-ca/ca.crt}
{{- else if eq $database.tls.mode "verify-full" }}
- {name: PGSSLROOTCERT, value: /etc/ssl/certs/ca-certificates.crt}
{{- end }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef: {name: {{ $database.existingSecret }}, key: {{ $database.passwordKey }}}
- name: FERNET_SECRET
  valueFrom:
    secretKeyRef: {name: {{ .Values.existingSecret }}, key: fernet-key}
{{- end }}

{{/* Whether the authority that signed the database's certificate is in a Secret. */}}
{{- define "airflow.caSecret" -}}
{{- if eq .Values.database.tls.mode "verify-full" }}{{ .Values.database.tls.caSecret }}{{ end -}}
{{- end }}

{{/*
The object store, for what writes or reads the logs of tasks: keys for the AWS SDK, and where it is as the connection
object_store, which DAGs may use too.
*/}}
{{- define "airflow.storeEnv" -}}
{{- if .Values.logs.enabled }}
{{- $extra := dict "region_name" .Values.s3.region }}
{{- with include "common.s3Endpoint" . }}
{{- $_ := set $extra "endpoint_url" . }}
{{- end }}
{{- if .Values.s3.pathStyle }}
{{- $_ := set $extra "config_kwargs" (dict "s3" (dict "addressing_style" "path")) }}
{{- end }}
- {name: AIRFLOW_CONN_OBJECT_STORE, value: {{ dict "conn_type" "aws" "extra" $extra | toJson | quote }}}
{{- if .Values.s3.endpoint }}
# Servers other than AWS do not all accept the checksums that newer AWS SDKs send.
- {name: AWS_REQUEST_CHECKSUM_CALCULATION, value: when_required}
- {name: AWS_RESPONSE_CHECKSUM_VALIDATION, value: when_required}
{{- end }}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef: {name: {{ .Values.s3.existingSecret }}, key: {{ .Values.s3.accessKeyKey }}}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef: {name: {{ .Values.s3.existingSecret }}, key: {{ .Values.s3.secretKeyKey }}}
{{- end }}
{{- end }}

{{/* The label that lets a pod through to the store. */}}
{{- define "airflow.storeLabel" -}}
{{- if .Values.logs.enabled -}}
sparkwiz.dev/object-store-client: "true"
{{- end }}
{{- end }}

{{/* What signs the tokens of people and of tasks. */}}
{{- define "airflow.tokenEnv" -}}
# HS512, which Airflow would choose, wants a longer secret than a random text of 32 characters.
- {name: AIRFLOW__API_AUTH__JWT_ALGORITHM, value: HS256}
- name: AIRFLOW__API_AUTH__JWT_SECRET
  valueFrom:
    secretKeyRef: {name: {{ .Values.existingSecret }}, key: jwt-secret}
{{- end }}

{{/* Mounts of every container, as a YAML list. */}}
{{- define "airflow.mounts" -}}
- {name: files, mountPath: /etc/airflow, readOnly: true}
- {name: logs, mountPath: /opt/airflow/logs}
- {name: tmp, mountPath: /tmp}
{{- end }}

{{/* Volumes of what talks to the database. */}}
{{- define "airflow.volumes" -}}
- name: files
  configMap: {name: {{ .Release.Name }}}
- name: logs
  emptyDir: {sizeLimit: 1Gi}
- name: tmp
  emptyDir: {sizeLimit: 1Gi}
{{- with include "airflow.caSecret" . }}
- name: database-ca
  secret:
    secretName: {{ . }}
    items:
      - {key: {{ $.Values.database.tls.caKey }}, path: ca.crt}
{{- end }}
{{- end }}

{{- define "airflow.databaseMounts" -}}
{{ include "airflow.mounts" . }}
{{- if include "airflow.caSecret" . }}
- {name: database-ca, mountPath: /etc/database-ca, readOnly: true}
{{- end }}
{{- end }}

{{/* DAG files, where there are any beside those of the image. */}}
{{- define "airflow.dagMount" -}}
{{- if or .Values.dags.samples .Values.dags.existingConfigMap }}
- {name: dags, mountPath: /opt/airflow/dags, readOnly: true}
{{- end }}
{{- end }}

{{- define "airflow.dagVolume" -}}
{{- if or .Values.dags.samples .Values.dags.existingConfigMap }}
- name: dags
  projected:
    sources:
      {{- if .Values.dags.samples }}
      {{- include "dags.sources" . | nindent 6 }}
      {{- end }}
      {{- with .Values.dags.existingConfigMap }}
      - configMap: {name: {{ . }}}
      {{- end }}
{{- end }}
{{- end }}

{{/* What DAG files read when they are parsed, and no more secret than they are. */}}
{{- define "airflow.dagEnv" -}}
{{- range $name, $value := include "dags.settings" . | fromYaml }}
- {name: {{ $name }}, value: {{ $value | quote }}}
{{- end }}
- {name: BACKFILL_MAX_PARALLELISM, value: {{ .Values.backfill.maxParallelism | quote }}}
{{- end }}
