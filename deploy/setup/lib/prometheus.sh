# shellcheck shell=bash
# shellcheck disable=SC2154 # setup.sh sets what is read here
# Prometheus and promtool, for the tests and for its image. Sourced by setup.sh.
#
# Unpacked, not installed: the package would start a service. Debian 12's, because 13's has no promtool.

readonly prometheus_release=bookworm
readonly prometheus_folder=/opt/godwit/prometheus

prometheus_step() {
  local work
  if [ -x "$prometheus_folder/promtool" ]; then
    have prometheus "$("$prometheus_folder/promtool" --version 2>&1 | sed -n '1s/^promtool, version \([^ ]*\).*/\1/p') in $prometheus_folder"
    return
  fi
  if [ "$only_check" = yes ]; then
    lack prometheus "prometheus and promtool: the tests scrape the services and check metrics and alerts"
    return
  fi
  have prometheus "unpacking Debian $prometheus_release's into $prometheus_folder: the tests scrape the services and check metrics and alerts"
  work=$(mktemp -d)
  private_apt_program "$work" "$prometheus_release" prometheus
  install -D -t "$prometheus_folder" "$work/root/usr/bin/prometheus" "$work/root/usr/bin/promtool" ||
    die "Debian $prometheus_release's prometheus has another layout than known here."
  rm -rf "$work"
}
