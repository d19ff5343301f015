{{/* The databases Job's spec. Its text names the Job, for a Job's pod template can never be changed. */}}
{{- define "postgresql.databasesSpec" -}}
backoffLimit: 6
activeDeadlineSeconds: 300
template:
  metadata:
    labels:
      {{- include "common.podLabels" (dict "root" . "name" "postgresql-databases" "component" "job") | nindent 6 }}
      sparkwiz.dev/postgresql-client: "true"
    annotations:
      checksum/config: {{ include "postgresql.databasesSQL" . | sha256sum }}
  spec:
    {{- include "common.podSpec" (dict "root" . "user" 999) | nindent 4 }}
    automountServiceAccountToken: false
    restartPolicy: Never
    containers:
      - name: psql
        image: {{ include "common.image" (dict "root" . "image" .Values.image) }}
        imagePullPolicy: {{ .Values.image.pullPolicy }}
        command: [sh, -euc]
        args:
          - |
            until pg_isready --quiet; do sleep 1; done
            exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --file /etc/databases/databases.sql
        env:
          - {name: PGHOST, value: {{ .Release.Name }}}
          - {name: PGUSER, value: postgres}
          - {name: PGDATABASE, value: postgres}
          # A statement that fails is logged by the server, and ours hold passwords.
          - {name: PGOPTIONS, value: "-c log_statement=none -c log_min_error_statement=panic"}
          - name: PGPASSWORD
            valueFrom:
              secretKeyRef: {name: {{ .Values.existingSecret }}, key: postgres-password}
          {{- range $i, $database := .Values.databases }}
          - name: PASSWORD_{{ $i }}
            valueFrom:
              secretKeyRef: {name: {{ $.Values.existingSecret }}, key: {{ $database.passwordKey }}}
          {{- end }}
        resources:
          requests: {cpu: 10m, memory: 32Mi}
          limits: {memory: 64Mi}
        securityContext:
          {{- include "common.containerSecurity" . | nindent 10 }}
        volumeMounts:
          - {name: sql, mountPath: /etc/databases, readOnly: true}
          - {name: tmp, mountPath: /tmp}
    volumes:
      - name: sql
        configMap: {name: {{ .Release.Name }}-databases}
      - name: tmp
        emptyDir: {sizeLimit: 16Mi}
{{- end }}

{{/* Passwords come from the environment: a psql variable on the command line could be read in /proc. */}}
{{- define "postgresql.databasesSQL" -}}
{{- range $i, $database := .Values.databases }}
\set name {{ $database.name }}
\set user {{ $database.user }}
\getenv password PASSWORD_{{ $i }}
SELECT format('CREATE ROLE %I', :'user') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'user') \gexec
ALTER ROLE :"user" LOGIN PASSWORD :'password';
SELECT format('CREATE DATABASE %I', :'name') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
ALTER DATABASE :"name" OWNER TO :"user";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
{{- end }}
{{- end }}
