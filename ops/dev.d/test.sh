# All tests: the dev preset (ASan, UBSan) runs everything, the tsan preset the suites named "concurrent…".

export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_stack_use_after_return=0:strict_init_order=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
export TSAN_OPTIONS=${TSAN_OPTIONS:-second_deadlock_stack=1:suppressions=$ROOT/tests/tsan.suppressions}

run_tests() {  # [FILTER]
  local started=$SECONDS results=$WORK/test rc=0
  install_packages build test
  if [ -z "${TRUNKLINE_TEST_POSTGRES:-}" ]; then
    postgres_up test
    TRUNKLINE_TEST_POSTGRES=$(postgres_address test postgres)
    export TRUNKLINE_TEST_POSTGRES
  fi
  rm -rf "$results"
  mkdir -p "$results"
  kafka_for_tests
  build_preset dev
  run_ctest dev "$results" ${1:+-R "$1"} || rc=1
  if [ -z "${1:-}" ]; then
    build_preset tsan concurrent_tests
    run_ctest tsan "$results" -L tsan || rc=1
  fi
  [ -z "${KAFKA_IS_OURS:-}" ] || kafka_down test
  say "    everything took $((SECONDS - started)) s"
  python3 "$ROOT/ops/dev.d/totals.py" "$results"/*.xml || rc=1
  return $rc
}

# The broker that the tests labelled kafka share. Only where Maven's repository cannot be reached are they skipped.
kafka_for_tests() {
  local log=$WORK/log/kafka-fetch.log
  [ -z "${TRUNKLINE_TEST_KAFKA:-}" ] || return 0
  install_packages kafka
  if ! (kafka_fetch); then
    grep -Eq 'Could not transfer|UnknownHost|Connection (refused|reset|timed out)|Network is unreachable|timed out' "$log" \
      || fail "Kafka is not there, and not for want of a network: see $log"
    say "    Maven's repository cannot be reached: the tests on Kafka are skipped"
    return 0
  fi
  KAFKA_IS_OURS=yes
  kafka_up test
  TRUNKLINE_TEST_KAFKA=$(kafka_address test)
  export TRUNKLINE_TEST_KAFKA
}

run_ctest() {  # PRESET RESULTS ARGUMENT…
  local preset=$1 results=$2
  shift 2
  step "testing the $preset preset"
  ctest --test-dir "build/$preset" --no-tests=error --output-on-failure -j "$(nproc)" --timeout 900 \
    --output-junit "$results/$preset.xml" --test-output-size-passed 50000000 --test-output-size-failed 50000000 "$@" \
    | grep --line-buffered -v '^\(Internal ctest\|Test project\|    Start\)'
}
