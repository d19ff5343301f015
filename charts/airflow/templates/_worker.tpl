{{/*
The pod of a task, which the executor adds the command, labels and annotations to. A task knows the API server and a token
for itself, but neither the database nor Airflow's keys.
*/}}
{{- define "airflow.worker" -}}
{{- $settings := merge (include "airflow.logSettings" . | fromYaml) (include "airflow.metricsSettings" . | fromYaml) }}
apiVersion: v1
kind: Pod
metadata:
  # The executor names each pod after its task.
  name: airflow-worker
  labels:
    {{- include "common.podLabels" (dict "root" . "name" "airflow-worker" "component" "worker") | nindent 4 }}
    sparkwiz.dev/connect-client: "true"
    {{- include "airflow.storeLabel" . | nindent 4 }}
  annotations:
    # Moving the pod would end the task.
    cluster-autoscaler.kubernetes.io/safe-to-evict: "false"
    karpenter.sh/do-not-disrupt: "true"
spec:
  {{- include "common.podSpec" (dict "root" . "user" 50000) | nindent 2 }}
  automountServiceAccountToken: false
  restartPolicy: Never
  terminationGracePeriodSeconds: 60
  containers:
    - name: base
      image: {{ include "common.image" (dict "root" . "image" .Values.image) }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      env:
        - {name: HOME, value: /tmp}
        {{- include "airflow.settingsEnv" (dict "root" . "more" $settings) | nindent 8 }}
        {{- with include "airflow.traceEnv" . }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- include "airflow.dagEnv" . | nindent 8 }}
        {{- include "dags.connectEnv" . | nindent 8 }}
        {{- include "airflow.storeEnv" . | nindent 8 }}
      resources:
        {{- toYaml .Values.workers.resources | nindent 8 }}
      securityContext:
        {{- include "common.containerSecurity" . | nindent 8 }}
      volumeMounts:
        - {name: logs, mountPath: /opt/airflow/logs}
        - {name: tmp, mountPath: /tmp}
        {{- include "airflow.dagMount" . | nindent 8 }}
  volumes:
    - name: logs
      emptyDir: {sizeLimit: 1Gi}
    - name: tmp
      emptyDir: {sizeLimit: {{ .Values.workers.tmpSize }}}
    {{- include "airflow.dagVolume" . | nindent 4 }}
{{- end }}
