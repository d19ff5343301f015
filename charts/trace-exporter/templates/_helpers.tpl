{{/* Address of a directory of the bucket, as the program takes it. Dict: root, prefix. */}}
{{- define "trace-exporter.directory" -}}
{{ include "common.storeURI" .root }}/{{ .prefix }}
{{- if eq .root.Values.store.type "s3" }}?pathStyle={{ .root.Values.s3.pathStyle }}{{ end -}}
{{- end }}

{{/* The port that traces go to; the protocol's own when the endpoint names none. */}}
{{- define "trace-exporter.port" -}}
{{- $url := urlParse .Values.traces.endpoint -}}
{{- if contains ":" $url.host }}{{ splitList ":" $url.host | last }}{{ else if hasPrefix "grpc" $url.scheme }}4317{{ else }}4318{{ end -}}
{{- end }}
