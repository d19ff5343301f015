#!/bin/bash
# Starts a Spark process the way Spark on Kubernetes asks for it.
#
#   driver ARGS…     spark-submit in client mode with ARGS, under tini
#   executor         an executor, described by the SPARK_* variables that the driver put into the pod
#   anything else    is run as it is
set -euo pipefail

# Hadoop and Ivy ask for the user's name and home, and a UID picked by the cluster has neither.
name_the_user() {
	getent passwd "$(id -u)" >/dev/null && return
	local wrapper
	for wrapper in /usr/lib/*/libnss_wrapper.so; do
		NSS_WRAPPER_PASSWD=$(mktemp)
		NSS_WRAPPER_GROUP=$(mktemp)
		printf 'spark:x:%s:%s:Spark:%s:/bin/bash\n' "$(id -u)" "$(id -g)" "$HOME" >"$NSS_WRAPPER_PASSWD"
		printf 'spark:x:%s:\n' "$(id -g)" >"$NSS_WRAPPER_GROUP"
		export LD_PRELOAD=$wrapper NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
		return
	done
}

# The configuration directories go in front of the jars, so that their core-site.xml and log4j2.properties win.
executor_classpath() {
	local path="$SPARK_HOME/jars/*"
	[[ -n ${SPARK_EXTRA_CLASSPATH:-} ]] && path+=:$SPARK_EXTRA_CLASSPATH
	[[ -n ${HADOOP_CONF_DIR:-} ]] && path=$HADOOP_CONF_DIR:$path
	path=${SPARK_CONF_DIR:-$SPARK_HOME/conf}:$path
	[[ -n ${SPARK_CLASSPATH:-} ]] && path=$SPARK_CLASSPATH:$path
	printf '%s:%s%s' "$path" "$PWD" "${SPARK_DIST_CLASSPATH:+:$SPARK_DIST_CLASSPATH}"
}

run_driver() {
	local args=(--deploy-mode client --conf "spark.driver.bindAddress=${SPARK_DRIVER_BIND_ADDRESS:-0.0.0.0}")
	if [[ -n ${SPARK_DRIVER_BIND_ADDRESS:-} ]]; then
		args+=(--conf "spark.executorEnv.SPARK_DRIVER_POD_IP=$SPARK_DRIVER_BIND_ADDRESS")
	fi
	exec tini -s -- "$SPARK_HOME/bin/spark-submit" "${args[@]}" "$@"
}

run_executor() {
	local options=() i=0 name=SPARK_JAVA_OPT_0
	while [[ -n ${!name+set} ]]; do
		options+=("${!name}")
		name=SPARK_JAVA_OPT_$((++i))
	done
	exec tini -s -- "$JAVA_HOME/bin/java" "${options[@]}" \
		-Xms"$SPARK_EXECUTOR_MEMORY" -Xmx"$SPARK_EXECUTOR_MEMORY" -cp "$(executor_classpath)" \
		org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend \
		--driver-url "$SPARK_DRIVER_URL" \
		--executor-id "$SPARK_EXECUTOR_ID" \
		--cores "$SPARK_EXECUTOR_CORES" \
		--app-id "$SPARK_APPLICATION_ID" \
		--hostname "$SPARK_EXECUTOR_POD_IP" \
		--resourceProfileId "$SPARK_RESOURCE_PROFILE_ID" \
		--podName "$SPARK_EXECUTOR_POD_NAME" \
		"$@"
}

export PYSPARK_PYTHON=${PYSPARK_PYTHON:-python3} PYSPARK_DRIVER_PYTHON=${PYSPARK_DRIVER_PYTHON:-python3}
case ${1:-} in
driver)
	shift
	name_the_user
	run_driver "$@"
	;;
executor)
	shift
	name_the_user
	run_executor "$@"
	;;
*)
	exec "$@"
	;;
esac
