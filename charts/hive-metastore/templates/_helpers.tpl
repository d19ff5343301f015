{{/* Hadoop's configuration format, from a dict. The values may hold ${env.NAME}, which Hadoop takes from the environment. */}}
{{- define "hive-metastore.xml" -}}
<?xml version="1.0"?>
<configuration>
  {{- range $name, $value := . }}
  <property><name>{{ $name }}</name><value>{{ $value | toString | html }}</value></property>
  {{- end }}
</configuration>
{{- end }}

{{- define "hive-metastore.metastoreConf" -}}
metastore.thrift.port: 9083
metastore.warehouse.dir: {{ include "common.storeURI" . }}/{{ .Values.warehouse }}
javax.jdo.option.ConnectionURL: {{ include "hive-metastore.jdbcURL" . }}
javax.jdo.option.ConnectionDriverName: org.postgresql.Driver
javax.jdo.option.ConnectionUserName: {{ .Values.database.user }}
javax.jdo.option.ConnectionPassword: ${env.DATABASE_PASSWORD}
# The init container makes the tables; the server only checks that they are of its version.
datanucleus.schema.autoCreateAll: false
metastore.schema.verification: true
{{- end }}

{{/* Address of the database. Without a file of its own, PostgreSQL's driver looks for authorities in a home directory. */}}
{{- define "hive-metastore.jdbcURL" -}}
{{- $tls := .Values.database.tls -}}
jdbc:postgresql://{{ .Values.database.host }}:{{ .Values.database.port }}/{{ .Values.database.name }}?sslmode={{ $tls.mode }}
{{- if ne $tls.mode "verify-full" }}
{{- else if $tls.caSecret }}&sslrootcert=/etc/database-ca/ca.crt
{{- else }}&sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory
{{- end }}
{{- end }}

{{/* Whether the authority that signed the database's certificate is in a Secret. */}}
{{- define "hive-metastore.caSecret" -}}
{{- if eq .Values.database.tls.mode "verify-full" }}{{ .Values.database.tls.caSecret }}{{ end -}}
{{- end }}

{{- define "hive-metastore.coreConf" -}}
{{ include "common.storeConf" (dict "root" . "awsCredentials" "com.amazonaws.auth.EnvironmentVariableCredentialsProvider") }}
{{- end }}

{{/* What the server and the schema tool have in common. */}}
{{- define "hive-metastore.container" -}}
image: {{ include "common.image" (dict "root" . "image" .Values.image) }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
env:
  - {name: HOME, value: /tmp}
  - {name: METASTORE_JAVA_OPTS, value: -Xmx{{ .Values.javaHeap }}}
  - name: DATABASE_PASSWORD
    valueFrom:
      secretKeyRef: {name: {{ .Values.database.existingSecret }}, key: {{ .Values.database.passwordKey }}}
  {{- with include "common.storeEnv" . }}
  {{- . | nindent 2 }}
  {{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
securityContext:
  {{- include "common.containerSecurity" . | nindent 2 }}
volumeMounts:
  - {name: conf, mountPath: /etc/hive-metastore, readOnly: true}
  - {name: tmp, mountPath: /tmp}
  {{- with include "common.storeMounts" . }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- if include "hive-metastore.caSecret" . }}
  - {name: database-ca, mountPath: /etc/database-ca, readOnly: true}
  {{- end }}
{{- end }}
