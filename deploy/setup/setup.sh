#!/usr/bin/env bash
# Brings a Debian 12 or 13 machine to where Godwit can be built and run: says what it installs and why, and does nothing
# where nothing is missing. Run as root. Never waits on a terminal.
#
#   setup.sh                     installs what is missing
#   setup.sh --check             only says what is there and what is missing; exit code 1 when something is
#   setup.sh --print-java-home   prints the folder of the JDK that is used
#
# Environment:
#   DOCKER_HOST           the Engine to look for and to start (unix:///var/run/docker.sock)
#   GODWIT_DOCKER_ARGS    further arguments for an Engine that is started without systemd, separated by spaces
#   GODWIT_DEBIAN_MIRROR  the Debian mirror for packages of newer releases; else the one in apt's configuration
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# A root shell opened by su has no sbin; what is put into /usr/local/sbin must win.
export PATH="/usr/local/sbin:$PATH:/usr/sbin:/sbin"
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1

only_check=no
missing=0
# What apt says, for when it fails.
apt_log=/var/log/godwit-setup.log

die() {
  echo "setup: $*" >&2
  exit 1
}

have() { printf 'setup: %-10s %s\n' "$1" "$2"; }

# lack WHAT SENTENCE: for --check.
lack() {
  printf 'setup: %-10s MISSING: %s\n' "$1" "$2"
  missing=1
}

# The comment at the top of this file.
usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

# shellcheck source=lib/debian.sh
. "$here/lib/debian.sh"
# shellcheck source=lib/packages.sh
. "$here/lib/packages.sh"
# shellcheck source=lib/java.sh
. "$here/lib/java.sh"
# shellcheck source=lib/criu.sh
. "$here/lib/criu.sh"
# shellcheck source=lib/engine.sh
. "$here/lib/engine.sh"
# shellcheck source=lib/compose.sh
. "$here/lib/compose.sh"
# shellcheck source=lib/prometheus.sh
. "$here/lib/prometheus.sh"

case ${1-} in
  '') ;;
  --check) only_check=yes ;;
  --print-java-home)
    java_home || die "No JDK 25 is here: $java_advice"
    exit
    ;;
  --help) usage; exit ;;
  *) usage >&2; exit 2 ;;
esac

command -v apt-get >/dev/null || die "This is no Debian: apt-get is missing. Install by hand what deploy/setup/packages.txt lists, Docker Engine, CRIU and a JDK 25."
[ "$only_check" = yes ] || [ "$(id -u)" = 0 ] || die "Run this as root: it installs packages and starts the Docker Engine."

# The JDK goes first: where it must be got by hand, nothing else has been done in vain.
java_step
packages_step
criu_step
engine_step
compose_step
prometheus_step
[ "$missing" = 0 ] || exit 1
