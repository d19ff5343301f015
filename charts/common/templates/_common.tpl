{{/* What every sparkwiz chart needs. */}}

{{/* Labels that select the pods of one workload and never change. Takes a dict: root, name. */}}
{{- define "common.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{/* Labels of a pod. They hold no version: a new chart version alone must not restart a pod. Dict: root, name, component. */}}
{{- define "common.podLabels" -}}
{{ include "common.selector" . }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: sparkwiz
{{- end }}

{{/* Labels of every object. Dict: root, name, component. */}}
{{- define "common.labels" -}}
{{ include "common.podLabels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{/* The full reference of an image; imageRegistry, when set, stands for a mirror of all of them. Dict: root, image. */}}
{{- define "common.image" -}}
{{ .root.Values.imageRegistry | default .image.registry }}/{{ .image.repository }}:{{ .image.tag }}
{{- end }}

{{/* Pod security context that Pod Security "restricted" accepts. Takes the numeric user, which is the group too. */}}
{{- define "common.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "common.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{/*
What every pod spec starts with. Service links would put SPARK_* and POSTGRESQL_* variables of unrelated Services into
the environment, where the software takes them for its own settings. Dict: root, user.
*/}}
{{- define "common.podSpec" -}}
enableServiceLinks: false
securityContext:
  {{- include "common.podSecurity" .user | nindent 2 }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "common.avoidNodes" .root }}
affinity:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Node affinity that keeps pods off .Values.avoidNodes; nothing when there are none. */}}
{{- define "common.avoidNodes" -}}
{{- with .Values.avoidNodes -}}
nodeAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    nodeSelectorTerms:
      - matchExpressions:
          {{- range . }}
          - {key: {{ .key }}, operator: NotIn, values: {{ toJson .values }}}
          {{- end }}
{{- end }}
{{- end }}

{{/* Egress to the cluster's DNS; empty peers mean any address, for DNS may be a node-local cache. Takes the peers. */}}
{{- define "common.dnsEgress" -}}
- ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
  {{- with . }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}

{{/* Egress to peers on one TCP port. Dict: port, peers. */}}
{{- define "common.egress" -}}
- ports:
    - {port: {{ .port }}, protocol: TCP}
  to:
    {{- toYaml .peers | nindent 4 }}
{{- end }}

{{/* The TCP port of an address such as http://object-store:7070; the scheme's own when it names none. */}}
{{- define "common.urlPort" -}}
{{- $url := urlParse . -}}
{{- if contains ":" $url.host }}{{ splitList ":" $url.host | last }}{{ else if eq $url.scheme "http" }}80{{ else }}443{{ end -}}
{{- end }}
