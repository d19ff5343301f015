#!/bin/bash
# Makes a database cluster on the first start, then runs the server. It reads the variables of the official image:
# POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB and POSTGRES_INITDB_ARGS, each also as NAME_FILE, besides
# POSTGRES_HOST_AUTH_METHOD and PGDATA, and runs what lies in /docker-entrypoint-initdb.d.
set -euo pipefail

fail() {
	echo "docker-entrypoint.sh: $*" >&2
	exit 1
}

# from_file NAME DEFAULT sets NAME from NAME_FILE, or to the default when neither is given.
from_file() {
	local file_variable=$1_FILE value=${!1:-}
	if [[ -n ${!file_variable:-} ]]; then
		[[ -z $value ]] || fail "both $1 and $file_variable are set; give one of them"
		value=$(<"${!file_variable}")
	fi
	export "$1=${value:-$2}"
	unset "$file_variable"
}

as_superuser() { PGHOST='' PGHOSTADDR='' psql -v ON_ERROR_STOP=1 --no-psqlrc --no-password --username "$POSTGRES_USER" "$@"; }

# initdb refuses a UID without a name, which is what a cluster that picks UIDs gives.
name_the_user() {
	getent passwd "$(id -u)" >/dev/null && return
	NSS_WRAPPER_PASSWD=$(mktemp)
	NSS_WRAPPER_GROUP=$(mktemp)
	printf 'postgres:x:%s:%s::%s:/bin/false\n' "$(id -u)" "$(id -g)" "$PGDATA" >"$NSS_WRAPPER_PASSWD"
	printf 'postgres:x:%s:\n' "$(id -g)" >"$NSS_WRAPPER_GROUP"
	LD_PRELOAD=$(echo /usr/lib/*/libnss_wrapper.so)
	export LD_PRELOAD NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP
}

make_cluster() {
	local method=${POSTGRES_HOST_AUTH_METHOD:-}
	[[ -n $POSTGRES_PASSWORD || $method == trust ]] || fail "POSTGRES_PASSWORD is needed to make a database"

	# The arguments are words for the shell, as in the official image, and may be quoted.
	local words
	eval "words=($POSTGRES_INITDB_ARGS)"
	(
		name_the_user
		initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") "${words[@]}"
	)
	printf '\nhost all all all %s\n' "${method:-$(postgres -C password_encryption)}" >>"$PGDATA/pg_hba.conf"
}

run_init_files() {
	local file
	for file in /docker-entrypoint-initdb.d/*; do
		echo "docker-entrypoint.sh: $file"
		case $file in
		*.sh)
			if [[ -x $file ]]; then
				"$file"
			else
				# shellcheck source=/dev/null
				. "$file"
			fi
			;;
		*.sql) as_superuser --dbname "$POSTGRES_DB" --file "$file" ;;
		*.sql.gz) gunzip -c "$file" | as_superuser --dbname "$POSTGRES_DB" ;;
		*.sql.xz) xzcat "$file" | as_superuser --dbname "$POSTGRES_DB" ;;
		*.sql.zst) zstd -dc "$file" | as_superuser --dbname "$POSTGRES_DB" ;;
		esac
	done
}

# The server that fills a new cluster listens on no address, so that nobody connects to a half-made database.
fill_cluster() {
	export PGPASSWORD=$POSTGRES_PASSWORD
	pg_ctl -w start -o "$(printf '%q ' "$@" -c listen_addresses= -p "${PGPORT:-5432}")"
	if [[ $POSTGRES_DB != postgres ]]; then
		as_superuser --dbname postgres --set db="$POSTGRES_DB" <<<'CREATE DATABASE :"db"'
	fi
	shopt -s nullglob
	run_init_files
	pg_ctl -m fast -w stop
	unset PGPASSWORD
	echo "docker-entrypoint.sh: the database is made and ready for start up"
}

start_server() {
	from_file POSTGRES_PASSWORD ''
	from_file POSTGRES_USER postgres
	from_file POSTGRES_DB "$POSTGRES_USER"
	from_file POSTGRES_INITDB_ARGS ''

	mkdir -p "$PGDATA"
	chmod 0700 "$PGDATA" || true # some volumes allow no chmod; the server says whether that matters
	if [[ $(id -u) == 0 ]]; then
		chown -R postgres "$PGDATA" /var/run/postgresql
		exec gosu postgres "$0" postgres "$@"
	fi

	if [[ ! -s $PGDATA/PG_VERSION ]]; then
		make_cluster
		fill_cluster "$@"
	fi
	exec postgres "$@"
}

[[ ${1:-} != -* ]] || set -- postgres "$@"
case "$* " in
postgres\ --help\ * | postgres\ --version\ * | postgres\ -V\ *) exec "$@" ;;
postgres\ *)
	shift
	start_server "$@"
	;;
*) exec "$@" ;;
esac
