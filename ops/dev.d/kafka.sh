# A private Kafka of one node on loopback, for development and tests: fetched with Maven (ops/kafka/pom.xml pins the
# version), kept under .work/kafka/. Each NAME is a broker of its own with its own ports, which it keeps.

kafka_libraries() { echo "$WORK/kafka/libraries-$(cksum <"$ROOT/ops/kafka/pom.xml" | cut -d' ' -f1)"; }
kafka_place() { echo "$WORK/kafka/$1"; }                                    # NAME
kafka_address() { echo "127.0.0.1:$(sed -n 1p "$(kafka_place "$1")/ports")"; }  # NAME

kafka_fetch() {
  local libraries
  libraries=$(kafka_libraries)
  [ ! -d "$libraries" ] || return 0
  install_packages kafka
  rm -rf "$libraries.part"
  mkdir -p "$libraries.part"
  quietly "fetching Apache Kafka with Maven" "$WORK/log/kafka-fetch.log" mvn -B -ntp -f "$ROOT/ops/kafka/pom.xml" \
    dependency:copy-dependencies "-DoutputDirectory=$libraries.part"
  mv "$libraries.part" "$libraries"
}

# Sets JAVA to the command that runs a class of Kafka's; `trunkline.place` tells a broker's process by its command line.
kafka_java() {  # NAME HEAP CLASS ARGUMENT…
  JAVA=(java "-Xms$2" "-Xmx$2" -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError
    "-Dlog4j2.configurationFile=$ROOT/ops/kafka/log4j2.properties" "-Dtrunkline.place=$(kafka_place "$1")"
    -cp "$(kafka_libraries)/*" "${@:3}")
}

# Two free ports below the range that outgoing connections take theirs from, so that they stay free over a restart.
free_ports() {
  python3 - <<'PYTHON'
import random, socket
ports = []
while len(ports) < 2:
    port = random.randrange(20000, 30000)
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    if port not in ports:
        ports.append(port)
print(*ports, sep="\n")
PYTHON
}

kafka_create() {  # NAME
  local place cluster
  place=$(kafka_place "$1")
  [ ! -f "$place/ready" ] || return 0
  rm -rf "$place"
  mkdir -p "$place"
  free_ports >"$place/ports"
  sed -e "s|@PORT@|$(sed -n 1p "$place/ports")|; s|@CONTROLLER_PORT@|$(sed -n 2p "$place/ports")|; s|@PLACE@|$place|" \
    "$ROOT/ops/kafka/server.properties" >"$place/server.properties"
  cluster=$(python3 -c 'import base64, uuid; print(base64.urlsafe_b64encode(uuid.uuid4().bytes)[:22].decode())')
  kafka_java "$1" 64m kafka.tools.StorageTool format --standalone --cluster-id="$cluster" -c "$place/server.properties"
  "${JAVA[@]}"
  touch "$place/ready"
}

kafka_pid() {  # NAME; nothing when it is not running
  local place pid
  place=$(kafka_place "$1")
  pid=$(cat "$place/pid" 2>/dev/null) || return 0
  tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -qxF -- "-Dtrunkline.place=$place" && echo "$pid" || true
}

kafka_answers() {  # NAME
  grep -q 'Kafka Server started' "$(kafka_place "$1")/server.log" 2>/dev/null \
    && (exec 3<>"/dev/tcp/127.0.0.1/$(sed -n 1p "$(kafka_place "$1")/ports")") 2>/dev/null
}

kafka_start() {  # NAME
  local place tries=0
  kafka_create "$1"
  place=$(kafka_place "$1")
  [ ! -f "$place/server.log" ] || mv "$place/server.log" "$place/server.log.old"
  # A session of its own: it outlives this script and whatever ends it.
  kafka_java "$1" "${KAFKA_HEAP:-512m}" kafka.Kafka "$place/server.properties"
  setsid "${JAVA[@]}" >"$place/server.log" 2>&1 </dev/null &
  echo $! >"$place/pid"
  disown
  until kafka_answers "$1"; do
    tries=$((tries + 1))
    if [ -z "$(kafka_pid "$1")" ] || [ $tries -gt 600 ]; then
      tail -n 20 "$place/server.log"
      return 1
    fi
    sleep 0.1
  done
}

kafka_up() {  # NAME
  kafka_fetch
  [ -z "$(kafka_pid "$1")" ] || return 0
  quietly "starting the private Kafka ($1)" "$WORK/log/kafka-$1.log" kafka_start "$1"
}

kafka_down() { kafka_end "$1" TERM; }  # NAME
kafka_kill() { kafka_end "$1" KILL; }  # NAME

kafka_end() {  # NAME SIGNAL; returns when the process is gone
  local pid tries=0
  pid=$(kafka_pid "$1")
  [ -n "$pid" ] || return 0
  step "stopping the private Kafka ($1)"
  kill "-$2" "$pid"
  while [ -n "$(kafka_pid "$1")" ]; do
    tries=$((tries + 1))
    [ $tries -ne 300 ] || kill -KILL "$pid"
    [ $tries -lt 400 ] || fail "Kafka does not stop, see $(kafka_place "$1")/server.log"
    sleep 0.1
  done
}

kafka_delete() {  # NAME
  kafka_kill "$1"  # nothing of it is kept
  rm -rf "$(kafka_place "$1")"
}

kafka_status() {  # NAME
  local pid
  pid=$(kafka_pid "$1")
  [ -n "$pid" ] || fail "the private Kafka ($1) is not running: ops/dev kafka up $1"
  say "TRUNKLINE_KAFKA=$(kafka_address "$1")"
  say "KAFKA_PID=$pid"
  say "KAFKA_DATA=$(kafka_place "$1")/data"
}

# Kafka's own tools, which are also a foreign client: ops/dev kafka tool org.apache.kafka.tools.TopicCommand …
kafka_tool() {  # CLASS ARGUMENT…
  kafka_fetch >&2
  kafka_java tool 128m "$@"
  "${JAVA[@]}"
}

kafka_command() {  # up|down|kill|status|delete [NAME], tool CLASS ARGUMENT…
  local name=${2:-server}
  if [ "${1:-}" = tool ]; then
    kafka_tool "${@:2}"
    return
  fi
  [[ $name =~ ^[a-z0-9-]+$ ]] || fail "a broker's name is made of a-z, 0-9 and -"
  case ${1:-} in
    up)
      kafka_up "$name"
      kafka_status "$name"
      ;;
    down) kafka_down "$name" ;;
    kill) kafka_kill "$name" ;;
    status) kafka_status "$name" ;;
    delete) kafka_delete "$name" ;;
    *) fail "ops/dev kafka up|down|kill|status|delete [NAME], or tool CLASS ARGUMENT…" ;;
  esac
}
