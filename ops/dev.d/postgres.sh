# A private Postgres: its own cluster and data directory, only a unix socket. As root it runs as another user, because
# Postgres refuses root. Each NAME is a cluster of its own; `test` forgets everything and skips fsync, the others keep
# promises.

# The newest Postgres there is.
postgres_bin() {
  local newest
  newest=$(find /usr/lib/postgresql -maxdepth 3 -name initdb 2>/dev/null | sort -V | tail -n 1)
  [ -n "$newest" ] || newest=$(command -v initdb || true)
  [ -n "$newest" ] || fail "no Postgres found under /usr/lib/postgresql or on the PATH: apt-get install postgresql"
  dirname "$newest"
}

postgres_user() {
  if [ "$(id -u)" -ne 0 ]; then
    id -un
  elif id -u postgres >/dev/null 2>&1; then
    echo postgres
  else
    id -u trunkline-dev >/dev/null 2>&1 || useradd --system --no-create-home trunkline-dev
    echo trunkline-dev
  fi
}

as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u "$(postgres_user)" -- "$@")
  else
    (cd / && "$@")
  fi
}

# Short and always the same for this clone: for what cannot lie under .work/.
short_place() { echo "/var/tmp/trunkline-$(id -u)-$(printf '%s' "$ROOT" | cksum | cut -d' ' -f1)"; }

# Where a cluster lives: under .work/, or outside when its user may not pass the parents (a clone below /root).
postgres_place() {  # NAME
  mkdir -p "$WORK"
  if as_postgres test -x "$WORK" 2>/dev/null; then
    echo "$WORK/postgres-$1"
  else
    echo "$(short_place)/postgres-$1"
  fi
}

# A socket's path holds 107 characters; this one ends in /.s.PGSQL.5432.
postgres_socket() {  # NAME
  local inside
  inside=$(postgres_place "$1")/socket
  if [ ${#inside} -le 90 ]; then echo "$inside"; else echo "$(short_place)/socket-$1"; fi
}

postgres_address() {  # NAME DATABASE; as keywords, to which a test adds its own database
  echo "host='$(postgres_socket "$1")' user=trunkline dbname=$2"
}

postgres_uri() {  # NAME DATABASE; the same as one word
  echo "postgresql://trunkline@/$2?host=$(postgres_socket "$1" | sed 's/%/%25/g; s/ /%20/g; s/=/%3D/g; s/&/%26/g')"
}

postgres_create() {  # NAME
  local place data socket user
  place=$(postgres_place "$1") socket=$(postgres_socket "$1") user=$(postgres_user)
  data=$place/data
  mkdir -p "$place" "$socket"
  chmod 700 "$place" "$socket"
  [ "$(id -u)" -ne 0 ] || chown "$user" "$place" "$socket"
  [ ! -f "$data/ready" ] || return 0
  rm -rf "$data"
  as_postgres "$(postgres_bin)/initdb" -D "$data" --username=trunkline --auth=trust --encoding=UTF8 --locale=C \
    --no-sync
  {
    printf "listen_addresses = ''\nunix_socket_permissions = 0700\nmax_connections = 200\n"
    printf "unix_socket_directories = '%s'\nshared_buffers = 256MB\nmax_wal_size = 2GB\n" "${socket//\'/\'\'}"
    [ "$1" != test ] || printf "fsync = off\nfull_page_writes = off\nmax_wal_size = 1GB\n"
  } >>"$data/postgresql.conf"
  as_postgres touch "$data/ready"
}

postgres_running() { as_postgres "$(postgres_bin)/pg_ctl" -D "$(postgres_place "$1")/data" status >/dev/null 2>&1; }

postgres_up() {  # NAME
  postgres_running "$1" && return 0
  quietly "starting the private Postgres ($1)" "$WORK/log/postgres-$1.log" postgres_start "$1"
}

postgres_ensure_database() {  # NAME DATABASE
  [ -n "$(postgres_psql "$1" postgres -c "SELECT 1 FROM pg_database WHERE datname = '$2'")" ] \
    || postgres_psql "$1" postgres -c "CREATE DATABASE $2"
}

postgres_start() {  # NAME
  local place
  postgres_create "$1"
  place=$(postgres_place "$1")
  as_postgres "$(postgres_bin)/pg_ctl" -D "$place/data" -l "$place/server.log" -w -t 60 start </dev/null \
    || { tail -n 20 "$place/server.log"; return 1; }
}

postgres_down() {  # NAME
  postgres_running "$1" || return 0
  step "stopping the private Postgres ($1)"
  as_postgres "$(postgres_bin)/pg_ctl" -D "$(postgres_place "$1")/data" -m fast -w stop >/dev/null \
    || fail "Postgres does not stop, see $(postgres_place "$1")/server.log"
}

# All of its processes at once, so that what they had only in memory is gone.
postgres_kill() {  # NAME
  local place process all
  place=$(postgres_place "$1")
  postgres_running "$1" || return 0
  step "killing the private Postgres ($1)"
  process=$(head -n 1 "$place/data/postmaster.pid")
  mapfile -t all < <(echo "$process"; ps -o pid= --ppid "$process" | tr -d ' ')
  kill -KILL "${all[@]}" 2>/dev/null || true  # some may just have ended by themselves
  for process in "${all[@]}"; do
    while grep -q . "/proc/$process/cmdline" 2>/dev/null; do sleep 0.01; done
  done
  # Or a process that nobody has reaped yet would count as running.
  rm -f "$place/data/postmaster.pid" "$(postgres_socket "$1")"/.s.PGSQL.5432*
}

postgres_delete() {  # NAME
  postgres_kill "$1"  # nothing of it is kept
  rm -rf "$(postgres_place "$1")" "$(postgres_socket "$1")"
}

postgres_psql() {  # NAME DATABASE ARGUMENT…
  local address
  address=$(postgres_address "$1" "$2")
  shift 2
  "$(postgres_bin)/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$address" "$@"
}

postgres_command() {  # up|down|kill|delete [NAME]
  local name=${2:-server}
  [[ $name =~ ^[a-z0-9-]+$ ]] || fail "a cluster's name is made of a-z, 0-9 and -"
  case ${1:-} in
    up)
      [ -f "$(postgres_place "$name")/data/ready" ] || install_packages build
      postgres_up "$name"
      postgres_ensure_database "$name" trunkline
      say "TRUNKLINE_POSTGRES=$(postgres_uri "$name" trunkline)"
      say "TRUNKLINE_TEST_POSTGRES=$(postgres_address "$name" postgres)"
      ;;
    down) postgres_down "$name" ;;
    kill) postgres_kill "$name" ;;
    delete) postgres_delete "$name" ;;
    *) fail "ops/dev postgres up|down|kill|delete [NAME]" ;;
  esac
}
