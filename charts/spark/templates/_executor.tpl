{{/* The template of executors' pods. It is not in the configuration directory, all of which Spark hands to executors. */}}
{{- define "spark.executorTemplate" -}}
{{- if .Values.connect.enabled }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-executor
  labels:
    {{- include "common.labels" (dict "root" . "name" "spark-connect" "component" "driver") | nindent 4 }}
data:
  executor.yaml: |
    {{- include "spark.executorPod" . | nindent 4 }}
{{- end }}
{{- end }}

{{/* Spark adds the image, the resources, the owner and its own variables to this. */}}
{{- define "spark.executorPod" -}}
apiVersion: v1
kind: Pod
metadata:
  labels:
    {{- include "common.podLabels" (dict "root" . "name" "spark-executor" "component" "executor") | nindent 4 }}
    sparkwiz.dev/object-store-client: "true"
  annotations:
    # Local disks would keep the cluster autoscaler from removing the node; decommissioning moves what matters.
    cluster-autoscaler.kubernetes.io/safe-to-evict: "true"
spec:
  enableServiceLinks: false
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 60
  securityContext:
    {{- include "common.podSecurity" 185 | nindent 4 }}
  {{- with .Values.executor.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.executor.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: spark-kubernetes-executor
      env:
        {{- include "spark.env" . | nindent 8 }}
      securityContext:
        {{- include "common.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        - {name: work, mountPath: /opt/spark/work-dir}
        {{- with include "common.storeMounts" . }}
        {{- . | nindent 8 }}
        {{- end }}
  volumes:
    {{- with include "common.storeVolumes" . }}
    {{- . | nindent 4 }}
    {{- end }}
    - name: tmp
      emptyDir: {sizeLimit: {{ include "spark.tmpSize" . }}}
    - name: work
      emptyDir: {sizeLimit: 2Gi}
{{- end }}
