# Laying out and examining the sources.

cpp_sources() { find core schemas ingest commands projections ops tests main.cpp -name '*.[ch]pp' | sort; }

format_sources() {
  install_packages test
  cpp_sources | xargs -r -n 50 -P "$(nproc)" clang-format-14 -i
}

tidy_sources() {  # [FILE…]
  install_packages build test tidy
  [ -f build/dev/compile_commands.json ] || quietly "configuring" "$WORK/log/configure-dev.log" cmake --preset dev
  if [ $# -eq 0 ]; then
    set -- $(cpp_sources | grep 'cpp$')
  fi
  printf '%s\n' "$@" | xargs -r -n 4 -P "$(nproc)" clang-tidy-14 --quiet -p build/dev
}
