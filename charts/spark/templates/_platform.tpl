{{/* Everything of a Spark release, in the order in which one reads it. */}}
{{- define "spark.platform" -}}
{{- range list "spark.config" "spark.executorTemplate" "spark.rbac" "spark.service" "spark.deployment" "spark.officeHours" "spark.history" "spark.networkPolicies" }}
{{- with include . $ | trim }}
---
{{ . }}
{{- end }}
{{- end }}
{{- end }}
