# The real server, killed while it works, again and again: ops/chaos.

run_chaos() {  # --cycles N --seed S [--deep] [--kafka]
  install_packages build
  case " $* " in *" --kafka "*) kafka_fetch ;; esac
  build_preset release trunkline
  TRUNKLINE_BINARY=$ROOT/build/release/trunkline python3 "$ROOT/ops/chaos" "$@"
}
