{{/*
The bucket with tables and event logs: in S3, in Google Cloud Storage or in Azure. Whatever depends on which of them it is
stands in this file. Every template takes the root of a chart that has the values store, s3, gcs and azure.
*/}}

{{/* Address of the bucket, as Hadoop's file systems take it. */}}
{{- define "common.storeURI" -}}
{{- if eq .Values.store.type "gcs" -}}
gs://{{ .Values.store.bucket }}
{{- else if eq .Values.store.type "azure" -}}
abfss://{{ .Values.store.bucket }}@{{ .Values.azure.account }}.dfs.{{ .Values.azure.endpointSuffix }}
{{- else -}}
s3a://{{ .Values.store.bucket }}
{{- end -}}
{{- end }}

{{/*
Properties with which Hadoop reaches the bucket, as YAML. Keys come from the environment or a file, so that no property
ever holds a secret. Dict: root, awsCredentials (the class that reads the environment, which depends on the AWS SDK).
*/}}
{{- define "common.storeConf" -}}
{{- $v := .root.Values -}}
{{- if eq $v.store.type "gcs" -}}
# The key of GOOGLE_APPLICATION_CREDENTIALS where there is one, otherwise the pod's own identity on Google Cloud.
fs.gs.auth.type: APPLICATION_DEFAULT
fs.AbstractFileSystem.gs.impl: com.google.cloud.hadoop.fs.gcs.GoogleHadoopFS
{{- else if eq $v.store.type "azure" -}}
# Hadoop itself takes the key from the environment, in every process anew.
fs.azure.account.key.{{ $v.azure.account }}.dfs.{{ $v.azure.endpointSuffix }}: ${env.AZURE_STORAGE_KEY}
{{- else -}}
{{- with include "common.s3Endpoint" .root -}}
fs.s3a.endpoint: {{ . }}
{{ end -}}
fs.s3a.endpoint.region: {{ $v.s3.region }}
fs.s3a.path.style.access: {{ $v.s3.pathStyle }}
# Hadoop 3.3 deletes the markers of parent directories after each write, which servers over a file system refuse; 3.4 keeps
# them by default. Everybody writes to one bucket, so everybody keeps them.
fs.s3a.directory.marker.retention: keep
fs.s3a.aws.credentials.provider: {{ .awsCredentials }}
{{- end }}
{{- end }}

{{/* Environment variables with which a Java program reaches the bucket, as a list; it may be empty. */}}
{{- define "common.storeEnv" -}}
{{- $secret := .Values.store.existingSecret -}}
{{- if eq .Values.store.type "gcs" -}}
{{- if $secret -}}
- {name: GOOGLE_APPLICATION_CREDENTIALS, value: /etc/object-store/key.json}
{{- end }}
{{- else if eq .Values.store.type "azure" -}}
- name: AZURE_STORAGE_KEY
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: {{ .Values.azure.accountKeyKey }}}
{{- else -}}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: {{ .Values.s3.accessKeyKey }}}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: {{ .Values.s3.secretKeyKey }}}
{{- end }}
{{- end }}

{{/* Mounts and volumes that go with common.storeEnv and common.storeRclone, as lists; they may be empty. */}}
{{- define "common.storeMounts" -}}
{{- if and (eq .Values.store.type "gcs") .Values.store.existingSecret -}}
- {name: object-store, mountPath: /etc/object-store, readOnly: true}
{{- end }}
{{- end }}

{{- define "common.storeVolumes" -}}
{{- if and (eq .Values.store.type "gcs") .Values.store.existingSecret -}}
- name: object-store
  secret:
    secretName: {{ .Values.store.existingSecret }}
    defaultMode: 0440
    items:
      - {key: {{ .Values.gcs.keyFileKey }}, path: key.json}
{{- end }}
{{- end }}

{{/* Environment variables with which rclone reaches the bucket's store as its remote "store", as a list. */}}
{{- define "common.storeRclone" -}}
{{- $secret := .Values.store.existingSecret -}}
- {name: RCLONE_CONFIG, value: /dev/null}
{{- if eq .Values.store.type "gcs" }}
- {name: RCLONE_CONFIG_STORE_TYPE, value: "google cloud storage"}
- {name: RCLONE_CONFIG_STORE_ENV_AUTH, value: "true"}
# A bucket whose rights are kept at the bucket refuses those that come with an object.
- {name: RCLONE_CONFIG_STORE_BUCKET_POLICY_ONLY, value: "true"}
{{- with include "common.storeEnv" . }}
{{ . }}
{{- end }}
{{- else if eq .Values.store.type "azure" }}
- {name: RCLONE_CONFIG_STORE_TYPE, value: azureblob}
- {name: RCLONE_CONFIG_STORE_ACCOUNT, value: {{ .Values.azure.account | quote }}}
- {name: RCLONE_CONFIG_STORE_ENDPOINT, value: "https://{{ .Values.azure.account }}.blob.{{ .Values.azure.endpointSuffix }}"}
- name: RCLONE_CONFIG_STORE_KEY
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: {{ .Values.azure.accountKeyKey }}}
{{- else }}
- {name: RCLONE_CONFIG_STORE_TYPE, value: s3}
{{- with include "common.s3Endpoint" . }}
- {name: RCLONE_CONFIG_STORE_PROVIDER, value: Other}
- {name: RCLONE_CONFIG_STORE_ENDPOINT, value: {{ . | quote }}}
{{- else }}
- {name: RCLONE_CONFIG_STORE_PROVIDER, value: AWS}
{{- end }}
- {name: RCLONE_CONFIG_STORE_REGION, value: {{ .Values.s3.region | quote }}}
- {name: RCLONE_CONFIG_STORE_FORCE_PATH_STYLE, value: {{ .Values.s3.pathStyle | quote }}}
- name: RCLONE_CONFIG_STORE_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: {{ .Values.s3.accessKeyKey }}}
- name: RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef: {name: {{ $secret }}, key: {{ .Values.s3.secretKeyKey }}}
{{- end }}
# Creating buckets is not its business, and the keys may not allow it.
- {name: RCLONE_CONFIG_STORE_NO_CHECK_{{ ternary "CONTAINER" "BUCKET" (eq .Values.store.type "azure") }}, value: "true"}
{{- end }}

{{/* Egress to the bucket's store. */}}
{{- define "common.storeEgress" -}}
{{- $port := "443" -}}
{{- if eq .Values.store.type "s3" -}}
{{- $port = include "common.s3Endpoint" . | include "common.urlPort" -}}
{{- end -}}
{{ include "common.egress" (dict "port" $port "peers" .Values.networkPolicy.storePeers) }}
{{- if and (eq .Values.store.type "gcs") (not .Values.store.existingSecret) }}
# Google's metadata server, which tells a pod its identity. Network plugins see its own address or that of its proxy.
- ports:
    - {port: 80, protocol: TCP}
    - {port: 988, protocol: TCP}
  to:
    - ipBlock: {cidr: 169.254.169.252/32}
    - ipBlock: {cidr: 169.254.169.254/32}
{{- end }}
{{- end }}

{{/* Address of the S3 API with its scheme, as every client understands it; nothing for AWS itself. */}}
{{- define "common.s3Endpoint" -}}
{{- $s3 := .Values.s3 -}}
{{- if or (not $s3.endpoint) (contains "://" $s3.endpoint) }}{{ $s3.endpoint }}{{ else }}{{ ternary "https" "http" $s3.sslEnabled }}://{{ $s3.endpoint }}{{ end -}}
{{- end }}
