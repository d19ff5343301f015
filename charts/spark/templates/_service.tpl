{{/* The address of the Connect server. */}}
{{- define "spark.service" -}}
{{- if .Values.connect.enabled }}
{{- $labels := include "common.labels" (dict "root" . "name" "spark-connect" "component" "driver") }}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "spark.connect" . }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  selector:
    {{- include "common.selector" (dict "root" . "name" "spark-connect") | nindent 4 }}
  ports:
    - {name: grpc, port: {{ .Values.connect.grpcPort }}, targetPort: grpc, appProtocol: kubernetes.io/h2c}
    - {name: ui, port: {{ .Values.connect.uiPort }}, targetPort: ui}
{{- end }}
{{- end }}
