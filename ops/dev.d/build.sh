# Building one preset; ninja's own progress is the visible part.

build_preset() {  # PRESET [TARGET…]
  local preset=$1 started=$SECONDS
  shift
  export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CCACHE_BASEDIR:-$ROOT}
  local log=$WORK/log/configure-$preset.log
  mkdir -p "$WORK/log"
  if [ ! -f "build/$preset/build.ninja" ]; then
    quietly "configuring the $preset preset" "$log" cmake --preset "$preset"
  fi
  step "building the $preset preset"
  NINJA_STATUS='    [%f/%t, %e s] ' cmake --build --preset "$preset" -j "$(nproc)" ${1:+--target "$@"} \
    || fail "the $preset build failed, see above. Missing packages? Look into $log"
  [ $((SECONDS - started)) -lt 2 ] || printf '    done in %d s\n' $((SECONDS - started))
}
