{{/*
A process of Airflow that talks to the database: a Deployment. Dict: root, name (of the process), part (its values), and as
texts of YAML what it has beyond the others: args, settings, env, probes, ports, labels, mounts, volumes. A change of what it
`reads` replaces it.
*/}}
{{- define "airflow.server" -}}
{{- $root := .root }}
{{- $workload := dict "root" $root "name" (print "airflow-" .name) "component" .name }}
{{- $fullName := print $root.Release.Name "-" .name }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $fullName }}
  labels:
    {{- include "common.labels" $workload | nindent 4 }}
spec:
  replicas: {{ .part.replicas }}
  # The old one goes first: a full node has no room for both, and after an upgrade the old one no longer knows the database.
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxSurge: 0, maxUnavailable: 1}
  selector:
    matchLabels:
      {{- include "common.selector" $workload | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "common.podLabels" $workload | nindent 8 }}
        sparkwiz.dev/postgresql-client: "true"
        {{- with .labels }}
        {{- . | nindent 8 }}
        {{- end }}
      annotations:
        checksum/config: {{ print ($root.Files.Get "files/keys.py") ($root.Files.Get "files/alive.py") (.reads | default "") | sha256sum }}
    spec:
      {{- include "common.podSpec" (dict "root" $root "user" 50000) | nindent 6 }}
      {{- if .account }}
      serviceAccountName: {{ $fullName }}
      {{- end }}
      automountServiceAccountToken: {{ .account | default false }}
      terminationGracePeriodSeconds: 60
      initContainers:
        # Ends when the migration Job has brought the database to this version.
        - name: wait-for-migrations
          args: [db, check-migrations, --migration-wait-timeout, "600"]
          {{- include "airflow.container" . | nindent 10 }}
      containers:
        - name: {{ .name }}
          args: {{ toJson .args }}
          {{- include "airflow.container" . | nindent 10 }}
          {{- with .ports }}
          ports:
            {{- . | nindent 12 }}
          {{- end }}
          {{- .probes | nindent 10 }}
      volumes:
        {{- include "airflow.volumes" $root | nindent 8 }}
        {{- with .volumes }}
        {{- . | nindent 8 }}
        {{- end }}
{{- end }}

{{/* What a server and its init container have in common. */}}
{{- define "airflow.container" -}}
{{- $root := .root }}
image: {{ include "common.image" (dict "root" $root "image" $root.Values.image) }}
imagePullPolicy: {{ $root.Values.image.pullPolicy }}
env:
  - {name: HOME, value: /tmp}
  {{- include "airflow.databaseEnv" $root | nindent 2 }}
  {{- $more := merge (include "airflow.databaseSettings" $root | fromYaml) (.settings | default "" | fromYaml) (include "airflow.metricsSettings" $root | fromYaml) }}
  {{- include "airflow.settingsEnv" (dict "root" $root "more" $more) | nindent 2 }}
  {{- with include "airflow.traceEnv" $root }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- with .env }}
  {{- . | nindent 2 }}
  {{- end }}
resources:
  {{- toYaml .part.resources | nindent 2 }}
securityContext:
  {{- include "common.containerSecurity" $root | nindent 2 }}
volumeMounts:
  {{- include "airflow.databaseMounts" $root | nindent 2 }}
  {{- with .mounts }}
  {{- . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* Probes of a process that answers on no port. Takes the type of its job. */}}
{{- define "airflow.heartbeatProbes" -}}
startupProbe:
  exec: {command: [python, /etc/airflow/alive.py, {{ . }}]}
  periodSeconds: 5
  timeoutSeconds: 10
  failureThreshold: 60
livenessProbe:
  exec: {command: [python, /etc/airflow/alive.py, {{ . }}, --lenient]}
  periodSeconds: 30
  timeoutSeconds: 20
  failureThreshold: 5
{{- end }}
