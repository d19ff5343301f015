{{/* Labels of what Prometheus looks for. Dict: root, name. */}}
{{- define "monitoring.labels" -}}
{{ include "common.labels" (dict "root" .root "name" .name "component" "monitoring") }}
{{- with .root.Values.monitorLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
A PodMonitor of this namespace. The label app.kubernetes.io/instance of a pod, the line of Spark, becomes the label line of
its metrics. Dict: root, name, selector, port, paths; and whatever, if what it says is the same whichever pod says it, so that a
pod that replaces another goes on with its series.
*/}}
{{- define "monitoring.podMonitor" }}
---
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  name: {{ .name }}
  labels:
    {{- include "monitoring.labels" . | nindent 4 }}
spec:
  selector:
    matchLabels:
      {{- toYaml .selector | nindent 6 }}
  podMetricsEndpoints:
    {{- range .paths }}
    - port: {{ $.port }}
      path: {{ . }}
      interval: {{ $.root.Values.scrape.interval }}
      scrapeTimeout: {{ $.root.Values.scrape.timeout }}
      relabelings:
        - {sourceLabels: [__meta_kubernetes_pod_label_app_kubernetes_io_instance], targetLabel: line}
        - {sourceLabels: [__metrics_path__], targetLabel: metrics_path}
        {{- if $.whatever }}
        - {targetLabel: instance, replacement: {{ $.name }}}
        - {action: labeldrop, regex: pod}
        {{- end }}
    {{- end }}
{{- end }}

{{/*
A file of rules with what the values say: the words in capitals stand for it, since the braces of Prometheus' own templates
and of Helm's are the same. Dict: root, file.
*/}}
{{- define "monitoring.rules" -}}
{{- $alerts := .root.Values.alerts -}}
{{- $budget := dict "AVAILABILITY" $alerts.objectives.availability "JOBS" $alerts.objectives.jobs -}}
{{- $text := .root.Files.Get .file -}}
{{- range $name, $objective := $budget }}
{{- $text = $text | replace (print $name "_BUDGET") (divf (subf 100 $objective) 100 | toString) }}
{{- end }}
{{- $text
  | replace "NAMESPACE" .root.Release.Namespace
  | replace "RUNBOOKS" $alerts.runbooks
  | replace "GC_SHARE" (divf $alerts.thresholds.gcShare 100 | toString)
  | replace "HEAP_SHARE" (divf $alerts.thresholds.heap 100 | toString)
  | replace "DISK_LEFT" (divf $alerts.thresholds.diskLeft 100 | toString)
  | replace "BACKUP_HOURS" (toString $alerts.thresholds.backupHours)
  | replace "CERTIFICATE_DAYS" (toString $alerts.thresholds.certificateDays)
  | replace "MAINTENANCE_WINDOW" (mul 2 $alerts.thresholds.maintenanceDays | toString)
  | replace "MAINTENANCE_DAYS" (toString $alerts.thresholds.maintenanceDays)
  }}
{{- end }}

{{/*
A dashboard as it is when somebody keeps traces; otherwise without the links to them, and without the variable that says where
they are. Dict: root, file.
*/}}
{{- define "monitoring.dashboard" -}}
{{- $text := .root.Files.Get .file -}}
{{- if .root.Values.traces.enabled }}
{{- $text }}
{{- else }}
{{- $board := fromJson $text -}}
{{- range $board.panels }}
{{- with .fieldConfig }}{{ $_ := unset .defaults "links" }}{{ end }}
{{- end }}
{{- $variables := list -}}
{{- range $board.templating.list }}
{{- if ne .name "tempo" }}{{ $variables = append $variables . }}{{ end }}
{{- end }}
{{- $_ := set $board.templating "list" $variables }}
{{- toPrettyJson $board }}
{{- end }}
{{- end }}
