# The Debian packages of ops/packages: only what is missing, and no system-wide Postgres cluster on the way.

packages_of() {  # GROUP…
  awk -v wanted=" $* " '/^# \[/ { split($0, part, /[][]/); inside = index(wanted, " " part[2] " ") }
    /^[a-z]/ && inside' "$ROOT/ops/packages"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "packages are missing and this is neither root nor sudo. As root: apt-get install $*"
  fi
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 "$@"
}

# Debian's Postgres makes and starts a cluster of its own when it is installed; ours is private, so that is off for
# the time of the installation.
apt_install_postgres_alone() {
  local setting=/etc/postgresql-common/createcluster.conf
  apt_install postgresql-common
  as_root sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' "$setting"
  apt_install postgresql
  as_root sed -i 's/^create_main_cluster = false/#create_main_cluster = true/' "$setting"
}

missing_packages() {  # GROUP…
  local package
  packages_of "$@" | while read -r package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

install_packages() {  # GROUP…
  local missing
  mapfile -t missing < <(missing_packages "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  quietly "package lists" "$WORK/log/apt-update.log" as_root apt-get update
  case " ${missing[*]} " in
    *" postgresql "*) quietly "installing postgresql" "$WORK/log/apt-postgresql.log" apt_install_postgres_alone ;;
  esac
  mapfile -t missing < <(missing_packages "$@")
  quietly "installing ${#missing[@]} packages: ${missing[*]}" "$WORK/log/apt-install.log" apt_install "${missing[@]}"
}
