{{/* The buckets Job's spec. Its text names the Job, for a Job's pod template can never be changed. */}}
{{- define "object-store.bucketsSpec" -}}
backoffLimit: 6
activeDeadlineSeconds: 300
template:
  metadata:
    labels:
      {{- include "common.podLabels" (dict "root" . "name" "object-store-buckets" "component" "job") | nindent 6 }}
      sparkwiz.dev/object-store-client: "true"
  spec:
    {{- include "common.podSpec" (dict "root" . "user" 1000) | nindent 4 }}
    automountServiceAccountToken: false
    restartPolicy: Never
    containers:
      - name: rclone
        image: {{ include "common.image" (dict "root" . "image" .Values.rclone.image) }}
        imagePullPolicy: {{ .Values.rclone.image.pullPolicy }}
        command: [sh, -euc]
        # A bucket that is there already is no error.
        args:
          - |
            for bucket in {{ join " " .Values.buckets }}; do
              until rclone mkdir "store:$bucket"; do sleep 2; done
            done
        env:
          - {name: RCLONE_CONFIG, value: /dev/null}
          - {name: RCLONE_CONFIG_STORE_TYPE, value: s3}
          - {name: RCLONE_CONFIG_STORE_PROVIDER, value: Other}
          - {name: RCLONE_CONFIG_STORE_ENDPOINT, value: "http://{{ .Release.Name }}:{{ .Values.port }}"}
          - {name: RCLONE_CONFIG_STORE_REGION, value: {{ .Values.region | quote }}}
          - name: RCLONE_CONFIG_STORE_ACCESS_KEY_ID
            valueFrom:
              secretKeyRef: {name: {{ .Values.existingSecret }}, key: {{ .Values.accessKeyKey }}}
          - name: RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY
            valueFrom:
              secretKeyRef: {name: {{ .Values.existingSecret }}, key: {{ .Values.secretKeyKey }}}
        resources:
          {{- toYaml .Values.rclone.resources | nindent 10 }}
        securityContext:
          {{- include "common.containerSecurity" . | nindent 10 }}
{{- end }}
