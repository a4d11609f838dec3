#!/usr/bin/env bash
# Brings the services up beside each other in containers (docker-compose.yml), on a Debian machine, as root, from a fresh
# clone: installs what is missing, builds, makes images and secrets. Arguments go to `docker compose up`:
#
#   up.sh --scale converter=4
#   COMPOSE_PROFILES=observability up.sh
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

"$root/deploy/setup/setup.sh"
JAVA_HOME=$("$root/deploy/setup/setup.sh" --print-java-home)
export JAVA_HOME
(cd "$root" && mvn --batch-mode --quiet --no-transfer-progress -Dmaven.test.skip=true package)
"$root/deploy/images/build.sh"
"$root/deploy/compose/secrets.sh"
mkdir -p /var/lib/godwit/programs
cd "$root"
exec docker compose up --wait "$@"
