{{/* Whether External Secrets does it: "true" or nothing. */}}
{{- define "secrets.external" -}}
{{- if has .Values.provider (list "aws" "azure" "gcp" "ibm" "vault") }}true{{ end -}}
{{- end }}

{{/* Whether this provider's store is ours to make. Dict: root, provider. */}}
{{- define "secrets.makes" -}}
{{- if and (eq .root.Values.provider .provider) (not .root.Values.store.existing) }}true{{ end -}}
{{- end }}

{{- define "secrets.labels" -}}
{{ include "common.labels" (dict "root" . "name" "secrets" "component" "secrets") }}
{{- end }}

{{/* What a SecretStore starts with. The caller adds the provider, indented by four. */}}
{{- define "secrets.storeHead" -}}
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata:
  name: {{ .Release.Name }}-store
  labels:
    {{- include "secrets.labels" . | nindent 4 }}
spec:
  provider:
{{- end }}

{{/* The ServiceAccount that a cloud knows. Dict: root, annotations (YAML, may be empty). */}}
{{- define "secrets.account" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .root.Release.Name }}-store
  labels:
    {{- include "secrets.labels" .root | nindent 4 }}
  {{- with .annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
{{- end }}

{{/* A key of the Secret that opens the store. Dict: root, key. */}}
{{- define "secrets.credential" -}}
{name: {{ .root.Values.store.existingSecret }}, key: {{ .key }}}
{{- end }}

{{/*
What Vault's agent makes a file of: a JSON object of the keys. The braces are the agent's, not Helm's. Dict: mount, secret.
*/}}
{{- define "secrets.agentTemplate" -}}
{{ printf "{{- with secret %q -}}" (printf "%s/data/%s" .mount (first .secret.keys).entry) }}
{
{{- range $i, $key := .secret.keys }}
{{- if $i }},{{ end }}
  {{ toJson $key.key }}: {{ printf "{{ index .Data.data %q | toJSON }}" $key.property }}
{{- end }}
}
{{ "{{- end }}" }}
{{- end }}

{{/*
The file that the agent writes for a Secret. It stands in the names of annotations, whose 63 characters leave 41 for it. Takes
the Secret's name.
*/}}
{{- define "secrets.agentFile" -}}
{{- if gt (len .) 36 }}{{ printf "%s-%s" (. | trunc 27 | trimSuffix "-" | trimSuffix ".") (sha256sum . | trunc 8) }}{{ else }}{{ . }}{{ end }}.json
{{- end }}
