{{/*
KEDA keeps the Connect server up in office hours and takes it down outside them. It has no say over executors: Spark
starts and stops those itself.
*/}}
{{- define "spark.officeHours" -}}
{{- if and .Values.connect.enabled .Values.connect.officeHours.enabled }}
{{- $hours := .Values.connect.officeHours }}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ include "spark.connect" . }}
  labels:
    {{- include "common.labels" (dict "root" . "name" "spark-connect" "component" "driver") | nindent 4 }}
spec:
  scaleTargetRef:
    name: {{ include "spark.connect" . }}
  minReplicaCount: 0
  maxReplicaCount: 1
  # The end is the end: KEDA's five minutes after it are for work that may come again, which a clock knows nothing of.
  cooldownPeriod: 0
  triggers:
    - type: cron
      metadata:
        timezone: {{ $hours.timezone }}
        start: {{ $hours.start | quote }}
        end: {{ $hours.end | quote }}
        desiredReplicas: "1"
{{- end }}
{{- end }}
