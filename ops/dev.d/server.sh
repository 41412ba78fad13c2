# The server of `ops/dev up`: the release build on the embedded log. All that it keeps is in .work/server/: data/ (journal,
# master key, access file), trunkline.toml, the admin key, pid and log.

SERVER=$WORK/server
BINARY=$ROOT/build/release/trunkline
SAMPLE_SEED=1
SAMPLE_DAYS=14

server_url() { echo "http://127.0.0.1:$(sed -n 's/^port = //p' "$SERVER/trunkline.toml")"; }

server_pid() {  # nothing when it is not running
  local pid
  pid=$(cat "$SERVER/pid" 2>/dev/null) || return 0
  case $(readlink "/proc/$pid/exe" 2>/dev/null) in
    "$BINARY" | "$BINARY (deleted)") echo "$pid" ;;
  esac
}

api() {  # PATH CURL-ARGUMENT…
  local path=$1
  shift
  curl -sS --fail-with-body -H "Authorization: Bearer $(cat "$SERVER/admin.key")" "$@" "$(server_url)$path"
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

server_on_kafka() { grep -q '^kafka_servers' "$SERVER/trunkline.toml" 2>/dev/null; }

server_configure() {  # [--kafka]
  local port=8420
  if [ -f "$SERVER/trunkline.toml" ]; then
    [ "${1:-}" != --kafka ] || server_on_kafka \
      || fail "there is a server on the embedded journal already: ops/dev reset deletes it, trunkline journal copy moves it"
    return 0
  fi
  mkdir -p "$SERVER/data"
  chmod 700 "$SERVER" "$SERVER/data"
  until port_is_free "$port"; do port=$((port + 1)); done
  cat >"$SERVER/trunkline.toml" <<TOML
# Written by ops/dev up. Every setting with its reason: docs/operations.md
data_dir = "$SERVER/data"
host = "127.0.0.1"
port = $port
postgres = "$(postgres_uri server trunkline)"
TOML
  [ "${1:-}" != --kafka ] || echo 'kafka_servers = "" # ops/dev up fills it in' >>"$SERVER/trunkline.toml"
}

# The broker first: its address is in the configuration.
server_kafka() {
  server_on_kafka || return 0
  kafka_up server
  sed -i "s|^kafka_servers.*|kafka_servers = \"$(kafka_address server)\"|" "$SERVER/trunkline.toml"
  trunkline topics create >>"$SERVER/log" 2>&1 || fail "the topics cannot be made: see $SERVER/log"
}

server_add_key() {  # TENANT FILE
  (umask 077 && trunkline keys add --tenant "$1" --scopes ingest,read,command,admin >"$2" 2>>"$SERVER/log") \
    || { rm -f "$2"; tail -n 5 "$SERVER/log" >&2; fail "no key could be made for $1, see above"; }
}

server_keys() {
  local tenant
  [ ! -s "$SERVER/admin.key" ] || return 0
  for tenant in $("$BINARY" sample --list); do
    server_add_key "$tenant" "$SERVER/$tenant.key"
  done
  server_add_key _platform "$SERVER/admin.key"
}

trunkline() { "$BINARY" --config "$SERVER/trunkline.toml" "$@"; }

server_start() {
  local pid
  pid=$(server_pid)
  if [ -n "$pid" ]; then
    [ "$BINARY" -nt "$SERVER/pid" ] || return 0
    step "the binary is newer than the running server: starting it anew"
    server_stop
  fi
  step "starting trunkline serve on $(server_url)"
  setsid "$BINARY" --config "$SERVER/trunkline.toml" serve >>"$SERVER/log" 2>&1 </dev/null &
  pid=$!
  echo "$pid" >"$SERVER/pid"
  for _ in $(seq 300); do
    if curl -sf -o /dev/null "$(server_url)/readyz"; then return 0; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$SERVER/log" >&2
  fail "the server does not come up: see $SERVER/log. Is its port taken? Then change it in $SERVER/trunkline.toml"
}

server_stop() {
  local pid
  pid=$(server_pid)
  [ -n "$pid" ] || return 0
  step "stopping the server"
  kill "$pid"
  for _ in $(seq 300); do
    [ -n "$(server_pid)" ] || return 0
    sleep 0.1
  done
  fail "process $pid does not end; kill -9 $pid loses nothing that was acknowledged"
}

# Two weeks of sample history up to this hour, once. Its events have ids of their own, so once more would change no row.
server_feed() {
  [ ! -f "$SERVER/fed" ] || return 0
  step "feeding a sample history"
  "$BINARY" sample --seed "$SAMPLE_SEED" --days "$SAMPLE_DAYS" --until "$(date -u +%Y-%m-%dT%H:00:00Z)" \
    >"$SERVER/sample.ndjson"
  api /v1/events -H 'Content-Type: application/x-ndjson' --data-binary "@$SERVER/sample.ndjson" >"$SERVER/fed.part" \
    || { head -c 2000 "$SERVER/fed.part" >&2; fail "the sample history was refused, see above and $SERVER/log"; }
  [ "$(jq .refused "$SERVER/fed.part")" = 0 ] || fail "some of the sample history was refused: see $SERVER/fed.part"
  say "    $(jq .accepted "$SERVER/fed.part") events accepted and on disk"
  server_wait_folded
  mv "$SERVER/fed.part" "$SERVER/fed"
}

server_wait_folded() {
  local behind
  for _ in $(seq 600); do
    behind=$(api /v1/status | jq '[.projections[].partitions[].lag_events] | add') || break
    [ "$behind" != 0 ] || return 0
    sleep 0.1
  done
  say "    the read models are still ${behind:-some} events behind: $(server_url)/v1/status, $SERVER/log"
}

server_up() {  # [--kafka]
  local started=$SECONDS
  [ $# -eq 0 ] || [ "$*" = --kafka ] || fail "ops/dev up [--kafka]"
  install_packages build
  build_preset release trunkline
  postgres_up server
  postgres_ensure_database server trunkline
  server_configure "$@"
  server_kafka
  server_keys
  server_start
  server_feed
  server_greet
  say "(all of this took $((SECONDS - started)) s)"
}

server_greet() {
  local url key
  url=$(server_url) key="\$(cat $(realpath --relative-to=. "$SERVER")/admin.key)"
  cat <<TEXT

Trunkline answers at $url   (log: $SERVER/log)
Postgres: psql "$(postgres_uri server trunkline)"

A lead call centre's best customers, an estate agency's calls by agent, and how far a dentist's leads have come:
  curl -s -H "Authorization: Bearer $key" "$url/v1/leads?tenant=sameday-cover&sort=-value&limit=3" | jq
  curl -s -H "Authorization: Bearer $key" "$url/v1/analytics/calls?tenant=foxglove-lettings&group_by=agent" | jq
  curl -s -H "Authorization: Bearer $key" "$url/v1/leads/counts?tenant=harbor-dental&group_by=stage" | jq
How far every read model is: $url/v1/status

TEXT
}

server_env() {
  [ -f "$SERVER/trunkline.toml" ] || fail "there is no server yet: ops/dev up"
  cat <<TEXT
TRUNKLINE_URL=$(server_url)
TRUNKLINE_ADMIN_KEY_FILE=$SERVER/admin.key
TRUNKLINE_POSTGRES=$(postgres_uri server trunkline)
TRUNKLINE_BINARY=$BINARY
TRUNKLINE_CONFIG=$SERVER/trunkline.toml
TEXT
}

server_down() {
  server_stop
  kafka_down server
  postgres_down server
}

server_reset() {
  if [ "${1:-}" != --yes ]; then
    read -r -p "Delete the journal, the keys and all rows of $SERVER? [y/N] " answer
    [ "$answer" = y ] || fail "nothing was deleted (ops/dev reset --yes asks nothing)"
  fi
  server_down
  postgres_delete server
  kafka_delete server
  rm -rf "$SERVER"
  say "deleted: $SERVER and its Postgres"
}
