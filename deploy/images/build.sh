#!/usr/bin/env bash
# Makes the container images that docker-compose.yml and the tests run. Run as root, after deploy/setup/setup.sh.
#
#   build.sh [--registry] [NAME...]    all, or the named: base kafka minio prometheus godwit
#
#   base        a little of Debian and Java 25, on which all others stand
#   kafka       apache/kafka, of the artifacts in Maven Central, laid out as the project's own image
#   minio       minio/minio, compiled from its module
#   prometheus  prom/prometheus, of Debian's package
#   godwit      converter, checkpointer, restorer-agent, batch-controller and the command, of the builds in target/dist
#
# Without --registry no image registry is asked: everything is made of Debian packages, Maven artifacts, the Go module
# and this machine's JDK. With it the base comes from Debian's and Temurin's images, and Kafka's and Prometheus' own
# images are left to be pulled; the tags are the same. What has not changed is not made again.
#
# Environment:
#   GODWIT_IMAGES_HOME    where packages and what was compiled are kept (/var/lib/godwit/images)
#   GODWIT_DEBIAN_MIRROR  the Debian mirror; else the one in apt's configuration
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
source_root=$(cd "$here/../.." && pwd)
home=${GODWIT_IMAGES_HOME:-/var/lib/godwit/images}
registry=no

say() { echo "images: $*" >&2; }

die() {
  say "$*"
  exit 1
}

# shellcheck source=../setup/lib/debian.sh
. "$here/../setup/lib/debian.sh"
# shellcheck source=lib/base.sh
. "$here/lib/base.sh"
# shellcheck source=lib/go.sh
. "$here/lib/go.sh"
# shellcheck source=lib/kafka.sh
. "$here/lib/kafka.sh"
# shellcheck source=lib/minio.sh
. "$here/lib/minio.sh"
# shellcheck source=lib/prometheus.sh
. "$here/lib/prometheus.sh"
# shellcheck source=lib/godwit.sh
. "$here/lib/godwit.sh"

# The comment at the top of this file.
usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

image_label() { docker image inspect --format '{{index .Config.Labels "io.godwit.inputs"}}' "$1" 2>/dev/null || true; }

# stage NAME: leaves an empty folder for what an image is made of in $context.
stage() {
  context="$home/stage/$1"
  rm -rf "$context"
  mkdir -p "$context"
}

# docker_build IMAGE DOCKERFILE OPTION...: of what was staged.
docker_build() {
  local image=$1 dockerfile=$2
  shift 2
  # Names, sizes and bytes stand for an image; the order and times of files do not.
  local inputs
  inputs=$({ cat "$dockerfile"; echo "$*" "$(base_id)"; cd "$context" && find . -type f -exec sha256sum {} + | LC_ALL=C sort; } |
    sha256sum | cut -c1-12)
  if [ "$(image_label "$image")" != "$inputs" ]; then
    say "making $image"
    docker build --tag "$image" --file "$dockerfile" --build-arg "BASE=$base_image" --label "io.godwit.inputs=$inputs" "$@" \
      "$context" >"$home/log" 2>&1 || { tail -n 20 "$home/log" >&2; die "$image was not made: the whole log is in $home/log."; }
  fi
  rm -rf "$context"
}

base_id() { docker image inspect --format '{{.Id}}' "$base_image" 2>/dev/null || true; }

names=()
for word; do
  case $word in
    --registry) registry=yes ;;
    --help) usage; exit ;;
    base | kafka | minio | prometheus | godwit) names+=("$word") ;;
    *) usage >&2; exit 2 ;;
  esac
done
[ ${#names[@]} -gt 0 ] || names=(base kafka minio prometheus godwit)

docker version >/dev/null 2>&1 ||
  die "No Docker Engine answers: run deploy/setup/setup.sh, or set DOCKER_HOST."
mkdir -p "$home"
exec 9>"$home/lock"
flock 9
base_step
for name in "${names[@]}"; do
  [ "$name" = base ] || "${name}_step"
done
