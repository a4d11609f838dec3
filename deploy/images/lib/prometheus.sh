# shellcheck shell=bash
# shellcheck disable=SC2154 # build.sh sets what is read here
# Prometheus as Debian packages it, unpacked by setup.sh, where no registry serves its own image. Sourced by build.sh.

readonly prometheus_folder=/opt/godwit/prometheus
readonly prometheus_image=prom/prometheus:v2.42.0

prometheus_step() {
  [ "$registry" = no ] || return 0
  [ -x "$prometheus_folder/prometheus" ] || die "Prometheus is not in $prometheus_folder: run deploy/setup/setup.sh."
  stage prometheus
  cp "$prometheus_folder/prometheus" "$prometheus_folder/promtool" "$context/"
  docker_build "$prometheus_image" "$here/prometheus/Dockerfile"
}
