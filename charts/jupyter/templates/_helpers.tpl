{{/* The home directory, which is the volume. The image's user owns it; see images/jupyter. */}}
{{- define "jupyter.home" -}}/home/jupyter{{- end }}

{{/*
Settings over those of the image. Allow remote access: the Host is whatever name people reach it by, and every request
needs the token. Cull connected: an open browser tab would keep a forgotten kernel for ever. Hide lost+found: it belongs to
the file system of the volume.
*/}}
{{- define "jupyter.config" -}}
ServerApp:
  root_dir: {{ include "jupyter.home" . }}
  allow_remote_access: true
  terminals_enabled: {{ .Values.terminals }}
ContentsManager:
  hide_globs: [lost+found, __pycache__, "*.pyc", "*~"]
MappingKernelManager:
  cull_idle_timeout: {{ .Values.kernels.idleSeconds }}
  cull_interval: 60
  cull_connected: true
{{- end }}

{{/* The files the chart carries, by their path in the home directory, as YAML; empty when there are none. */}}
{{- define "jupyter.examples" -}}
{{- if .Values.examples.enabled }}
{{- range $path, $content := .Files.Glob "files/**" }}
{{ trimPrefix "files/" $path }}: {{ toString $content | toJson }}
{{- end }}
{{- end }}
{{- end }}

{{/* A path as the key of a ConfigMap, which knows no slash. */}}
{{- define "jupyter.key" -}}{{ . | replace "/" "." }}{{- end }}

{{/*
Where notebooks find Spark. The kubelet puts the token in, so that it appears in no manifest. It goes as a header of its
own, for the client would insist on TLS if it were given by the parameter `token`.
*/}}
{{- define "jupyter.remote" -}}
sc://{{ .Values.spark.service }}:{{ .Values.spark.port }}
{{- if .Values.spark.token.enabled }}/;authorization=Bearer%20$(SPARK_CONNECT_TOKEN){{ end }}
{{- end }}
