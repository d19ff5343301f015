{{/* The configuration directory of the Connect server. Spark hands every file of it to the executors too. */}}
{{- define "spark.config" -}}
{{- if .Values.connect.enabled }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "spark.connect" . }}
  labels:
    {{- include "common.labels" (dict "root" . "name" "spark-connect" "component" "driver") | nindent 4 }}
data:
  {{- include "spark.configData" . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "spark.configData" -}}
spark-defaults.conf: |
  {{- $conf := include "spark.connectConf" . | fromYaml }}
  {{- include "spark.properties" (merge (deepCopy .Values.connect.extraConf) $conf) | nindent 2 }}
metrics.properties: |
  *.sink.prometheusServlet.class=org.apache.spark.metrics.sink.PrometheusServlet
  *.sink.prometheusServlet.path=/metrics/prometheus
  *.source.jvm.class=org.apache.spark.metrics.source.JvmSource
{{- with include "spark.logFiles" . }}
{{ . }}
{{- end }}
{{- end }}
