# How ops/dev speaks: steps with their time, and errors that say what to do.

say() { printf '%s\n' "$*"; }
step() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() {
  printf 'ops/dev: %s\n' "$*" >&2
  exit 1
}

# quietly WHAT LOG COMMAND…: runs with the output in a file, a line of progress every few seconds, the end of the
# file when it fails.
quietly() {
  local what=$1 log=$2 started=$SECONDS
  shift 2
  mkdir -p "$(dirname "$log")"
  step "$what"
  "$@" >"$log" 2>&1 &
  local job=$! next=10
  while kill -0 "$job" 2>/dev/null; do
    sleep 0.2
    if [ $((SECONDS - started)) -ge "$next" ]; then
      printf '    %4d s  %s\n' $((SECONDS - started)) "$(tail -c 300 "$log" | tr '\r' '\n' | tail -n 1 | cut -c1-100)"
      next=$((next + 10))
    fi
  done
  if ! wait "$job"; then
    tail -n 40 "$log" >&2
    fail "failed: $what (everything it said: $log)"
  fi
  [ $((SECONDS - started)) -lt 2 ] || printf '    done in %d s\n' $((SECONDS - started))
}
