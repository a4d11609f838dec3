# shellcheck shell=bash
# shellcheck disable=SC2154 # setup.sh sets what is read here
# The compose plugin of the docker command. Sourced by setup.sh.
#
# Debian has the one written in Go from 13 on. It is a static program: unpacked from there, it runs on 12 as well.

readonly compose_release=trixie
readonly compose_plugin=/usr/local/lib/docker/cli-plugins/docker-compose

compose_step() {
  local found
  if found=$(docker compose version --short 2>/dev/null); then
    have compose "$found"
    return
  fi
  if [ "$only_check" = yes ]; then
    lack compose "docker compose: the services beside each other in containers"
    return
  fi
  have compose "unpacking Debian $compose_release's docker-compose into $compose_plugin"
  unpack_compose
  docker compose version >/dev/null 2>&1 || die "The docker command does not take $compose_plugin: see 'docker info'."
}

unpack_compose() {
  local work
  work=$(mktemp -d)
  private_apt_program "$work" "$compose_release" docker-compose
  install -D -m 755 "$work/root/usr/libexec/docker/cli-plugins/docker-compose" "$compose_plugin" ||
    die "Debian $compose_release's docker-compose has another layout than known here."
  rm -rf "$work"
}
