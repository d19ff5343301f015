{{/* The Connect server. */}}
{{- define "spark.deployment" -}}
{{- if .Values.connect.enabled }}
{{- $labels := include "common.labels" (dict "root" . "name" "spark-connect" "component" "driver") }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "spark.connect" . }}
  labels:
    {{- $labels | nindent 4 }}
spec:
  # Sessions live in this one process, and executors know its address: never more than one, never two at a time.
  {{- if not .Values.connect.officeHours.enabled }}
  replicas: 1
  {{- end }}
  strategy:
    type: Recreate
  selector:
    matchLabels:
      {{- include "common.selector" (dict "root" . "name" "spark-connect") | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "common.podLabels" (dict "root" . "name" "spark-connect" "component" "driver") | nindent 8 }}
        spark-role: driver
        sparkwiz.dev/object-store-client: "true"
        {{- if .Values.iceberg.enabled }}
        sparkwiz.dev/hive-metastore-client: "true"
        {{- end }}
      annotations:
        checksum/config: {{ print (include "spark.configData" .) (include "spark.executorPod" .) | sha256sum }}
        # Moving the pod ends every session, so autoscalers leave its node alone.
        cluster-autoscaler.kubernetes.io/safe-to-evict: "false"
        karpenter.sh/do-not-disrupt: "true"
    spec:
      {{- include "common.podSpec" (dict "root" . "user" 185) | nindent 6 }}
      serviceAccountName: {{ include "spark.connect" . }}
      automountServiceAccountToken: true
      terminationGracePeriodSeconds: 60
      initContainers:
        - {{ include "spark.eventLogPrefix" . | nindent 10 | trim }}
        - {{ include "spark.rclone" (dict "root" . "name" "event-log-shipper" "mounts" "- {name: event-logs, mountPath: /var/log/spark-events}" "script" (include "spark.shipEventLogs" .)) | nindent 10 | trim }}
          restartPolicy: Always
      containers:
        - name: spark-connect
          image: {{ include "common.image" (dict "root" . "image" .Values.image) }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          # In the foreground, unlike start-connect-server.sh, which leaves a pod with nothing to wait for. The address
          # and name are the pod's own: executors reach the driver by the one and belong to it by the other.
          args:
            - driver
            - --class
            - org.apache.spark.sql.connect.service.SparkConnectServer
            - --conf
            - spark.driver.host=$(POD_IP)
            - --conf
            - spark.kubernetes.driver.pod.name=$(POD_NAME)
          env:
            - name: POD_IP
              valueFrom: {fieldRef: {fieldPath: status.podIP}}
            - name: POD_NAME
              valueFrom: {fieldRef: {fieldPath: metadata.name}}
            - name: SPARK_DRIVER_BIND_ADDRESS
              valueFrom: {fieldRef: {fieldPath: status.podIP}}
            # Whose log lines these are, in the words that executors use.
            - {name: SPARK_EXECUTOR_ID, value: driver}
            {{- include "spark.env" . | nindent 12 }}
            {{- include "spark.tokenEnv" . | nindent 12 }}
          ports:
            - {name: grpc, containerPort: {{ .Values.connect.grpcPort }}}
            - {name: ui, containerPort: {{ .Values.connect.uiPort }}}
            - {name: driver, containerPort: {{ .Values.connect.driverPort }}}
            - {name: blockmanager, containerPort: {{ .Values.connect.blockManagerPort }}}
          # The port opens when the SparkContext is up. Connect has no gRPC health service to ask.
          startupProbe:
            tcpSocket: {port: grpc}
            periodSeconds: 2
            failureThreshold: 150
          readinessProbe:
            tcpSocket: {port: grpc}
            periodSeconds: 10
            timeoutSeconds: 5
          # The UI goes down with the SparkContext, which the gRPC port outlives.
          livenessProbe:
            httpGet: {path: /api/v1/applications, port: ui}
            periodSeconds: 30
            timeoutSeconds: 10
            failureThreshold: 5
          resources:
            {{- toYaml .Values.connect.resources | nindent 12 }}
          securityContext:
            {{- include "common.containerSecurity" . | nindent 12 }}
          volumeMounts:
            - {name: conf, mountPath: /opt/spark/conf, readOnly: true}
            - {name: pod-template, mountPath: /opt/spark/pod-template, readOnly: true}
            - {name: event-logs, mountPath: /var/log/spark-events}
            - {name: local, mountPath: {{ include "spark.localDir" . }}}
            - {name: work, mountPath: /opt/spark/work-dir}
            - {name: tmp, mountPath: /tmp}
            {{- with include "common.storeMounts" . }}
            {{- . | nindent 12 }}
            {{- end }}
      volumes:
        {{- with include "common.storeVolumes" . }}
        {{- . | nindent 8 }}
        {{- end }}
        - name: conf
          configMap: {name: {{ include "spark.connect" . }}}
        - name: pod-template
          configMap: {name: {{ .Release.Name }}-executor}
        - name: event-logs
          emptyDir: {sizeLimit: {{ .Values.eventLog.localSize }}}
        - name: local
          emptyDir: {sizeLimit: {{ .Values.connect.localDirSize }}}
        - name: work
          emptyDir: {sizeLimit: 2Gi}
        - name: tmp
          emptyDir: {sizeLimit: {{ include "spark.tmpSize" . }}}
{{- end }}
{{- end }}
