#!/usr/bin/env bash
# Passes all tests on a fresh Debian machine, as root: installs what is missing, builds everything, the virtual
# device included, and runs the fast tests and the real ones. Arguments go to Maven.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

# shellcheck source=setup/environment.sh
. "$root/deploy/setup/environment.sh"

"$root/deploy/images/build.sh" base kafka minio prometheus
"$root/deploy/workloads/test.sh"
cd "$root"
mvn --batch-mode --no-transfer-progress verify "$@"
