{{/*
Airflow's own traces, of DAG runs and tasks: OpenTelemetry's standard variables, which replace Airflow's own settings since 3.2.
They know no scheme for gRPC, and Airflow chooses the protocol by the name of the exporter alone. Takes the root.
*/}}
{{- define "airflow.traceEnv" -}}
{{- with .Values.traces.endpoint -}}
{{- $url := urlParse . -}}
{{- $grpc := hasPrefix "grpc" $url.scheme -}}
- {name: AIRFLOW__TRACES__OTEL_ON, value: "True"}
- {name: OTEL_SERVICE_NAME, value: {{ $.Release.Name | quote }}}
- {name: OTEL_TRACES_EXPORTER, value: {{ ternary "otlp_proto_grpc" "otlp_proto_http" $grpc }}}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "{{ ternary "https" "http" (hasSuffix "s" $url.scheme) }}://{{ $url.host }}"}
{{- with $.Values.traces.headersSecret }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom:
    secretKeyRef: {name: {{ . }}, key: {{ $.Values.traces.headersKey }}}
{{- end }}
{{- end }}
{{- end }}

{{/* Egress to what takes traces, on the port that the endpoint names. Takes the root. */}}
{{- define "airflow.traceEgress" -}}
{{- with .Values.traces.endpoint -}}
{{- $url := urlParse . -}}
{{- $port := ternary "4317" "4318" (hasPrefix "grpc" $url.scheme) -}}
{{- if contains ":" $url.host }}{{ $port = splitList ":" $url.host | last }}{{ end -}}
{{ include "common.egress" (dict "port" $port "peers" $.Values.networkPolicy.tracePeers) }}
{{- end }}
{{- end }}
