{{/* What spark-defaults.conf of the History Server says, as YAML. */}}
{{- define "spark.historyConf" -}}
{{ include "spark.s3Conf" . }}
spark.history.ui.port: 18080
spark.history.fs.logDirectory: s3a://{{ .Values.s3.bucket }}/{{ .Values.eventLog.prefix }}
spark.history.fs.update.interval: {{ .Values.history.updateInterval }}
spark.history.fs.cleaner.enabled: true
spark.history.fs.cleaner.maxAge: {{ .Values.history.retention }}
{{- end }}
