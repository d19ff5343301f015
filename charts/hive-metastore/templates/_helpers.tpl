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
metastore.warehouse.dir: {{ .Values.warehouse }}
javax.jdo.option.ConnectionURL: jdbc:postgresql://{{ .Values.database.host }}:{{ .Values.database.port }}/{{ .Values.database.name }}
javax.jdo.option.ConnectionDriverName: org.postgresql.Driver
javax.jdo.option.ConnectionUserName: {{ .Values.database.user }}
javax.jdo.option.ConnectionPassword: ${env.DATABASE_PASSWORD}
# The init container makes the tables; the server only checks that they are of its version.
datanucleus.schema.autoCreateAll: false
metastore.schema.verification: true
{{- end }}

{{- define "hive-metastore.coreConf" -}}
{{- with include "common.s3Endpoint" .Values.s3 }}
fs.s3a.endpoint: {{ . }}
{{- end }}
fs.s3a.endpoint.region: {{ .Values.s3.region }}
fs.s3a.path.style.access: {{ .Values.s3.pathStyle }}
fs.s3a.aws.credentials.provider: com.amazonaws.auth.EnvironmentVariableCredentialsProvider
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
  - name: AWS_ACCESS_KEY_ID
    valueFrom:
      secretKeyRef: {name: {{ .Values.s3.existingSecret }}, key: {{ .Values.s3.accessKeyKey }}}
  - name: AWS_SECRET_ACCESS_KEY
    valueFrom:
      secretKeyRef: {name: {{ .Values.s3.existingSecret }}, key: {{ .Values.s3.secretKeyKey }}}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
securityContext:
  {{- include "common.containerSecurity" . | nindent 2 }}
volumeMounts:
  - {name: conf, mountPath: /etc/hive-metastore, readOnly: true}
  - {name: tmp, mountPath: /tmp}
{{- end }}
