{{/* Where processes and tasks send what they count. */}}
{{- define "airflow.metrics" -}}
{{ .Release.Name }}-metrics
{{- end }}

{{/*
Settings of what sends metrics. With tags after InfluxDB's fashion a name is the same for all DAGs; the old names, which have
DAGs and tasks in them, would say everything twice.
*/}}
{{- define "airflow.metricsSettings" -}}
{{- if .Values.metrics.enabled -}}
metrics.statsd_on: "True"
metrics.statsd_host: {{ include "airflow.metrics" . }}
metrics.statsd_port: "9125"
metrics.statsd_influxdb_enabled: "True"
metrics.legacy_names_on: "False"
{{- end }}
{{- end }}

{{/* Egress of what sends metrics. */}}
{{- define "airflow.metricsEgress" -}}
{{- if .Values.metrics.enabled -}}
- ports:
    - {port: 9125, protocol: UDP}
  to:
    - podSelector:
        matchLabels:
          {{- include "common.selector" (dict "root" . "name" "airflow-metrics") | nindent 10 }}
{{- end }}
{{- end }}
