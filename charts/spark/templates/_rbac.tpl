{{/* Who the Connect server is to the API server, and what it may do. */}}
{{- define "spark.rbac" -}}
{{- if .Values.connect.enabled }}
{{- $labels := include "common.labels" (dict "root" . "name" "spark-connect" "component" "driver") }}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "spark.connect" . }}
  labels:
    {{- $labels | nindent 4 }}
automountServiceAccountToken: false
---
# What a driver in client mode really calls: it starts executors, watches them and takes them away, and gives them
# their configuration. deletecollection is how Spark deletes by label.
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: {{ include "spark.connect" . }}
  labels:
    {{- $labels | nindent 4 }}
rules:
  - apiGroups: [""]
    resources: [pods]
    verbs: [create, get, list, watch, delete, deletecollection]
  - apiGroups: [""]
    resources: [configmaps]
    verbs: [create, deletecollection]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: {{ include "spark.connect" . }}
  labels:
    {{- $labels | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ include "spark.connect" . }}
subjects:
  - kind: ServiceAccount
    name: {{ include "spark.connect" . }}
    namespace: {{ .Release.Namespace }}
{{- end }}
{{- end }}
