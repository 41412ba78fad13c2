# Benchmarks: programs ops/bench/NAME_bench.cpp of the release build, each beside the limit measured in the same run.

run_bench() {  # [NAME [ARGUMENT…]], or --kafka: everything that is about the journal on Kafka
  local target=benchmarks program
  if [ "${1:-}" = --kafka ]; then
    local part
    for part in kafka kafka_fold kafka_freshness kafka_takeover; do
      run_bench $part
    done
    return
  fi
  [ $# -eq 0 ] || target=$1_bench
  install_packages build bench
  build_preset release trunkline "$target"
  postgres_up bench  # of its own and with fsync: what is measured is what is promised
  TRUNKLINE_TEST_POSTGRES=$(postgres_address bench postgres)
  export TRUNKLINE_TEST_POSTGRES TRUNKLINE_BINARY=$ROOT/build/release/trunkline
  case " $* " in "  " | " kafka"*)
    kafka_up bench
    TRUNKLINE_TEST_KAFKA=$(kafka_address bench) TRUNKLINE_TEST_KAFKA_PID=$(kafka_pid bench)
    export TRUNKLINE_TEST_KAFKA TRUNKLINE_TEST_KAFKA_PID
    ;;
  esac
  if [ $# -gt 0 ]; then
    shift
    "build/release/ops/bench/$target" "$@"
  else
    for program in build/release/ops/bench/*_bench; do
      step "$(basename "$program")"
      "$program"
    done
  fi
  kafka_delete bench
  postgres_down bench
}
