{{/* What Spark 3.5 has, for the templates of the library. */}}
{{- define "spark.line" -}}
# hadoop-aws 3.3 is made for the AWS SDK 1.
awsCredentials: com.amazonaws.auth.EnvironmentVariableCredentialsProvider
structuredLogging: false
executorGracePeriod: false
# Its Connect server asks nobody who he is; the NetworkPolicy is all there is.
token: false
{{- end }}
