{{/*
The files of dags/, which a chart that uses this carries below files/dags/. A ConfigMap knows no directories, so that each
directory is one, and a projected volume puts them together again.
*/}}

{{/* The ConfigMaps. Dict: root, name, component. */}}
{{- define "dags.configMaps" -}}
{{- $root := .root }}
{{- $labels := include "common.labels" . }}
{{- range $i, $directory := list "" "lakehouse" "expectations" }}
{{- if $i }}
---
{{- end }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "dags.configMap" (dict "root" $root "directory" $directory) }}
  labels:
    {{- $labels | nindent 4 }}
data:
  {{- ($root.Files.Glob (printf "files/dags/%s" (ternary "*" (print $directory "/*") (eq $directory "")))).AsConfig | nindent 2 }}
{{- end }}
{{- end }}

{{/* The name of a directory's ConfigMap. Dict: root, directory (empty for dags/ itself). */}}
{{- define "dags.configMap" -}}
{{ .root.Release.Name }}-dags{{ with .directory }}-{{ . }}{{ end }}
{{- end }}

{{/* The sources of a projected volume that has the files with the directories they are in. Takes the root. */}}
{{- define "dags.sources" -}}
{{- $root := . }}
- configMap: {name: {{ include "dags.configMap" (dict "root" . "directory" "") }}}
{{- range $directory := list "lakehouse" "expectations" }}
- configMap:
    name: {{ include "dags.configMap" (dict "root" $root "directory" $directory) }}
    items:
      {{- range $path, $_ := $root.Files.Glob (printf "files/dags/%s/*" $directory) }}
      - {key: {{ base $path }}, path: {{ $directory }}/{{ base $path }}}
      {{- end }}
{{- end }}
{{- end }}

{{/* What the files read when they are parsed, as a YAML map of variables. Takes the root. */}}
{{- define "dags.settings" -}}
ENVIRONMENT: {{ .Values.environment }}
VALIDATION_MODE: {{ .Values.validation.mode }}
{{- with .Values.validation.schedule }}
VALIDATION_SCHEDULE: {{ . | quote }}
{{- end }}
{{- end }}

{{/* How a task reaches Spark: the client takes address and token from SPARK_REMOTE. Takes the root. */}}
{{- define "dags.connectEnv" -}}
{{- $connect := .Values.connect }}
{{- if $connect.token.enabled }}
- name: SPARK_CONNECT_TOKEN
  valueFrom:
    secretKeyRef: {name: {{ $connect.token.existingSecret }}, key: {{ $connect.token.key }}}
# As a header and not as the client's own parameter token, with which it would insist on TLS.
- {name: SPARK_REMOTE, value: "sc://{{ $connect.host }}:{{ $connect.port }}/;authorization=Bearer%20$(SPARK_CONNECT_TOKEN)"}
{{- else }}
- {name: SPARK_REMOTE, value: "sc://{{ $connect.host }}:{{ $connect.port }}"}
{{- end }}
{{- with .Values.validation.metricsUrl }}
- {name: VALIDATION_METRICS_URL, value: {{ . | quote }}}
{{- end }}
{{- end }}

{{/* Egress of a pod that runs tasks. Takes the root. */}}
{{- define "dags.egress" -}}
{{- $policy := .Values.networkPolicy }}
{{- include "common.dnsEgress" $policy.dnsPeers }}
{{ include "common.egress" (dict "port" .Values.connect.port "peers" $policy.connectPeers) }}
{{- with .Values.validation.metricsUrl }}
{{ include "common.egress" (dict "port" (include "common.urlPort" .) "peers" $policy.metricsPeers) }}
{{- end }}
{{- end }}
