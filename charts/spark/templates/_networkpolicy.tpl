{{/* Who talks with whom. */}}
{{- define "spark.networkPolicies" -}}
{{- if .Values.networkPolicy.enabled }}
{{- $policy := .Values.networkPolicy }}
{{- $connect := include "common.selector" (dict "root" . "name" "spark-connect") | fromYaml }}
{{- $executor := include "common.selector" (dict "root" . "name" "spark-executor") | fromYaml }}
{{- $connectPeer := list (dict "podSelector" (dict "matchLabels" $connect)) }}
{{- $executorPeer := list (dict "podSelector" (dict "matchLabels" $executor)) }}
{{- $dns := include "common.dnsEgress" $policy.dnsPeers }}
{{- $store := include "common.storeEgress" . }}
{{- $blocks := include "common.egress" (dict "port" .Values.connect.blockManagerPort "peers" $executorPeer) }}
{{- if .Values.connect.enabled }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "spark.connect" . }}
  labels:
    {{- include "common.labels" (dict "root" . "name" "spark-connect" "component" "driver") | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- toYaml $connect | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector:
            matchLabels: {sparkwiz.dev/connect-client: "true"}
      ports:
        - {port: {{ .Values.connect.grpcPort }}, protocol: TCP}
    - from:
        {{- toYaml $executorPeer | nindent 8 }}
      ports:
        - {port: {{ .Values.connect.driverPort }}, protocol: TCP}
        - {port: {{ .Values.connect.blockManagerPort }}, protocol: TCP}
    {{- with $policy.prometheusPeers }}
    - from:
        {{- toYaml . | nindent 8 }}
      ports:
        - {port: {{ $.Values.connect.uiPort }}, protocol: TCP}
    {{- end }}
  egress:
    {{- $dns | nindent 4 }}
    - ports:
        {{- range $policy.apiServerPorts }}
        - {port: {{ . }}, protocol: TCP}
        {{- end }}
      to:
        {{- range $policy.apiServerCIDRs }}
        - ipBlock: {cidr: {{ . | quote }}}
        {{- end }}
    {{- $store | nindent 4 }}
    {{- $blocks | nindent 4 }}
    {{- if .Values.iceberg.enabled }}
    {{- include "common.egress" (dict "port" (include "common.urlPort" .Values.iceberg.metastoreUri) "peers" $policy.metastorePeers) | nindent 4 }}
    {{- end }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .Release.Name }}-executor
  labels:
    {{- include "common.labels" (dict "root" . "name" "spark-executor" "component" "executor") | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- toYaml $executor | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        {{- toYaml (concat $connectPeer $executorPeer) | nindent 8 }}
      ports:
        - {port: {{ .Values.connect.blockManagerPort }}, protocol: TCP}
  egress:
    {{- $dns | nindent 4 }}
    {{- $store | nindent 4 }}
    {{- $blocks | nindent 4 }}
    - ports:
        - {port: {{ .Values.connect.driverPort }}, protocol: TCP}
        - {port: {{ .Values.connect.blockManagerPort }}, protocol: TCP}
      to:
        {{- toYaml $connectPeer | nindent 8 }}
{{- end }}
{{- if .Values.history.enabled }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .Values.history.name }}
  labels:
    {{- include "common.labels" (dict "root" . "name" "spark-history" "component" "history") | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "common.selector" (dict "root" . "name" "spark-history") | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        - podSelector:
            matchLabels: {sparkwiz.dev/history-client: "true"}
      ports:
        - {port: 18080, protocol: TCP}
  egress:
    {{- $dns | nindent 4 }}
    {{- $store | nindent 4 }}
{{- end }}
{{- end }}
{{- end }}
