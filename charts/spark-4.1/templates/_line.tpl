{{/* What Spark 4.1 has, for the templates of the library. */}}
{{- define "spark.line" -}}
# hadoop-aws 3.4 is made for the AWS SDK 2.
awsCredentials: software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider
structuredLogging: true
executorGracePeriod: true
token: true
{{- end }}
