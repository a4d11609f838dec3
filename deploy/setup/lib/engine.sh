# shellcheck shell=bash
# shellcheck disable=SC2154 # setup.sh sets what is read here
# A Docker Engine that answers and has its experimental features, which checkpoints are among. Sourced by setup.sh.
#
# An engine that is there is never reconfigured: where it lacks the experimental features, a sentence says what to do.

readonly daemon_json=/etc/docker/daemon.json
readonly engine_log=/var/log/godwit-dockerd.log

engine_socket() {
  local host=${DOCKER_HOST:-unix:///var/run/docker.sock}
  case $host in
    unix://*) echo "${host#unix://}" ;;
    *) die "DOCKER_HOST is $host, but Godwit needs an Engine on this machine: unset it, or name a unix:// socket." ;;
  esac
}

# Prints what the Engine says of itself, as JSON; nothing where none answers. A docker client alone is no engine.
engine_version() {
  [ -S "$socket" ] || return 0
  # The connection stays open until the answer is there: newer engines take a half-closed one for a cancelled request.
  printf 'GET /version HTTP/1.0\r\nHost: docker\r\n\r\n' |
    socat -T 10 STDIO,ignoreeof "UNIX-CONNECT:$socket" 2>/dev/null |
    sed '1,/^\r$/d' | jq -c 'select(.ApiVersion)' 2>/dev/null || true
}

engine_step() {
  local socket version experimental_advice
  socket=$(engine_socket)
  version=$(engine_version)
  if [ -z "$version" ]; then
    if [ "$only_check" = yes ]; then
      lack engine "no Docker Engine answers on $socket"
      return
    fi
    command -v dockerd >/dev/null || install_engine
    version=$(engine_version)
    [ -n "$version" ] || start_engine
    version=$(engine_version)
  fi
  if [ "$(jq -r '.Experimental // false' <<<"$version")" != true ]; then
    experimental_advice="The Docker Engine at $socket has its experimental features off, and checkpoints are one of them: put \"experimental\": true into $daemon_json and restart it (systemctl restart docker)."
    [ "$only_check" = yes ] || die "$experimental_advice"
    lack engine "$experimental_advice"
    return
  fi
  client_step
  have engine "Docker $(jq -r .Version <<<"$version"), experimental, at $socket"
}

install_engine() {
  have engine "installing docker.io: runs the containers that move; no engine answers here"
  # Before the package, because its scripts may start the engine at once.
  mkdir -p /etc/docker
  if [ -s "$daemon_json" ]; then
    jq '. + {experimental: true}' "$daemon_json" >"$daemon_json.new" || die "$daemon_json is no JSON: mend or remove it."
    mv "$daemon_json.new" "$daemon_json"
  else
    printf '{ "experimental": true }\n' >"$daemon_json"
  fi
  install_packages docker.io
}

# Debian 13 has the client in a package of its own.
client_step() {
  ! command -v docker >/dev/null || return 0
  if [ "$only_check" = yes ]; then
    lack engine "the docker command"
    return
  fi
  update_lists
  is_packaged docker-cli || die "A Docker Engine answers at $socket, but there is no docker command: install the client that belongs to it."
  have engine "installing docker-cli: the docker command"
  install_packages docker-cli
}

start_engine() {
  if [ -d /run/systemd/system ] && [ -z "${GODWIT_DOCKER_ARGS-}${DOCKER_HOST-}" ]; then
    have engine "starting the Docker Engine (systemctl start docker)"
    systemctl start docker </dev/null || die "The Docker Engine does not start: see 'journalctl -u docker'."
    await_engine 60 || die "The Docker Engine was started and does not answer on $socket: see 'journalctl -u docker'."
    return
  fi
  mountpoint -q /sys/fs/cgroup || mount -t cgroup2 cgroup2 /sys/fs/cgroup || die "No cgroups are mounted at /sys/fs/cgroup, and they cannot be."
  local way
  for way in as-installed legacy-iptables no-iptables; do
    start_dockerd "$way"
    if await_engine 60; then return; fi
    # Only trouble with iptables is worth another try.
    grep -qi 'iptables' "$engine_log" || break
  done
  tail -n 5 "$engine_log" >&2
  die "The Docker Engine does not start: its log is $engine_log."
}

# start_dockerd WAY: in the background, apart from this terminal and session. It starts containerd itself.
start_dockerd() {
  local arguments=() path=$PATH
  read -ra arguments <<<"${GODWIT_DOCKER_ARGS-}"
  [ -z "${DOCKER_HOST-}" ] || arguments+=(--host "$DOCKER_HOST")
  # Given in the file and as an option, it would be refused.
  if ! jq -e 'has("experimental")' "$daemon_json" >/dev/null 2>&1; then arguments+=(--experimental); fi
  case $1 in
    as-installed) have engine "starting dockerd: log in $engine_log" ;;
    legacy-iptables)
      command -v iptables-legacy >/dev/null || return 0
      have engine "starting dockerd with the legacy iptables: the kernel has not what the installed one needs"
      path="$(legacy_iptables):$PATH"
      ;;
    no-iptables)
      have engine "starting dockerd without iptables: ports are published by its proxy, containers do not reach other machines"
      arguments+=(--iptables=false --ip6tables=false)
      ;;
  esac
  PATH=$path setsid dockerd "${arguments[@]}" >"$engine_log" 2>&1 </dev/null &
  dockerd_pid=$!
  disown "$dockerd_pid"
}

# Prints a folder in which iptables is the legacy one, for dockerd's PATH alone.
legacy_iptables() {
  local folder=/opt/godwit/iptables-legacy name
  mkdir -p "$folder"
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -sf /usr/sbin/xtables-legacy-multi "$folder/$name"
  done
  echo "$folder"
}

# await_engine SECONDS: until it answers; fails when it ends before.
await_engine() {
  local deadline=$((SECONDS + $1))
  until [ -n "$(engine_version)" ]; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    if [ -n "${dockerd_pid-}" ] && ! kill -0 "$dockerd_pid" 2>/dev/null; then return 1; fi
    sleep 0.2
  done
}
