{{/* What spark-defaults.conf of the History Server says, as YAML. */}}
{{- define "spark.historyConf" -}}
{{ include "spark.storeConf" . }}
{{ include "spark.logConf" . }}
spark.history.ui.port: 18080
spark.history.fs.logDirectory: {{ include "common.storeURI" . }}/{{ .Values.eventLog.prefix }}
spark.history.fs.update.interval: {{ .Values.history.updateInterval }}
spark.history.fs.cleaner.enabled: true
spark.history.fs.cleaner.maxAge: {{ .Values.history.retention }}
{{- end }}

{{/* The History Server: its configuration, Service and Deployment. */}}
{{- define "spark.history" -}}
{{- if .Values.history.enabled }}
{{- $labels := include "common.labels" (dict "root" . "name" "spark-history" "component" "history") }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Values.history.name }}
  labels:
    {{- $labels | nindent 4 }}
data:
  spark-defaults.conf: |
    {{- include "spark.properties" (include "spark.historyConf" . | fromYaml) | nindent 4 }}
  {{- with include "spark.logFiles" . }}
  {{- . | nindent 2 }}
  {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Values.history.name }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  selector:
    {{- include "common.selector" (dict "root" . "name" "spark-history") | nindent 4 }}
  ports:
    - {name: http, port: 18080, targetPort: http}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Values.history.name }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  replicas: 1
  # Its cleaner deletes old logs, so two at a time would get in each other's way.
  strategy:
    type: Recreate
  selector:
    matchLabels:
      {{- include "common.selector" (dict "root" . "name" "spark-history") | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "common.podLabels" (dict "root" . "name" "spark-history" "component" "history") | nindent 8 }}
        sparkwiz.dev/object-store-client: "true"
      annotations:
        checksum/config: {{ print (include "spark.historyConf" .) (include "spark.logFiles" .) | sha256sum }}
    spec:
      {{- include "common.podSpec" (dict "root" . "user" 185) | nindent 6 }}
      automountServiceAccountToken: false
      initContainers:
        - {{ include "spark.eventLogPrefix" . | nindent 10 | trim }}
      containers:
        - name: spark-history
          image: {{ include "common.image" (dict "root" . "image" .Values.image) }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          args: [/opt/spark/bin/spark-class, org.apache.spark.deploy.history.HistoryServer]
          env:
            - {name: SPARK_DAEMON_MEMORY, value: {{ .Values.history.heap }}}
            {{- include "spark.env" . | nindent 12 }}
          ports:
            - {name: http, containerPort: 18080}
          startupProbe:
            httpGet: {path: /api/v1/version, port: http}
            periodSeconds: 2
            timeoutSeconds: 5
            failureThreshold: 150
          readinessProbe:
            httpGet: {path: /api/v1/version, port: http}
            periodSeconds: 10
            timeoutSeconds: 5
          livenessProbe:
            httpGet: {path: /api/v1/version, port: http}
            periodSeconds: 30
            timeoutSeconds: 10
            failureThreshold: 5
          resources:
            {{- toYaml .Values.history.resources | nindent 12 }}
          securityContext:
            {{- include "common.containerSecurity" . | nindent 12 }}
          volumeMounts:
            - {name: conf, mountPath: /opt/spark/conf, readOnly: true}
            - {name: work, mountPath: /opt/spark/work-dir}
            - {name: tmp, mountPath: /tmp}
            {{- with include "common.storeMounts" . }}
            {{- . | nindent 12 }}
            {{- end }}
      volumes:
        {{- with include "common.storeVolumes" . }}
        {{- . | nindent 8 }}
        {{- end }}
        - name: conf
          configMap: {name: {{ .Values.history.name }}}
        - name: work
          emptyDir: {sizeLimit: 64Mi}
        - name: tmp
          emptyDir: {sizeLimit: 1Gi}
{{- end }}
{{- end }}
