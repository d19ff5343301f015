{{/*
Copies event logs from the pod's disk to the bucket. When it is told to stop, Spark has stopped already (sidecars end
last), so one more round gets the end of the log.
*/}}
{{- define "spark.shipEventLogs" -}}
ship() {
  for application in eventlog_v2_*; do
    [ -d "$application" ] || continue
    # Spark writes to the file with the highest number only. The others are looked up before the copy, for one that is
    # closed meanwhile may have grown after it was copied.
    closed=$(ls "$application" | grep '^events_' | sort -t_ -k2,2n | sed '$d')
    # The status is synced: at the end Spark renames it, and the name that says "in progress" has to go. Without a
    # status the History Server cannot read the directory, so it comes first.
    rclone sync --include 'appstatus_*' "$application" "$EVENT_LOGS/$application" &&
      rclone copy --include 'events_*' "$application" "$EVENT_LOGS/$application" &&
      for file in $closed; do rm "$application/$file"; done ||
      echo "event logs not shipped, trying again" >&2
  done
}
cd /var/log/spark-events
stopping=
trap 'stopping=true' TERM
until [ "$stopping" ]; do
  sleep {{ .Values.eventLog.shipIntervalSeconds }} &
  wait $! || true
  ship
done
ship
{{- end }}
