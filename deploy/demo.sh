#!/usr/bin/env bash
# The main job, on a fresh Debian machine as root: installs what is missing, builds everything, starts Kafka, the S3
# store, the services and a virtual ARM64 device, moves two running containers there and shows that they went on.
# What it started is stopped at the end, unless --keep is given.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
keep=no
case ${1:-} in
  '') ;;
  --keep) keep=yes ;;
  *)
    echo "usage: demo.sh [--keep]    --keep leaves everything running" >&2
    exit 2
    ;;
esac

data=${GODWIT_DEMO_DATA:-/var/lib/godwit/demo}
device=${GODWIT_DEMO_DEVICE:-phone}
kafka_port=${GODWIT_DEMO_KAFKA_PORT:-9092}
device_kafka_port=${GODWIT_DEMO_DEVICE_KAFKA_PORT:-9093}
s3_port=${GODWIT_DEMO_S3_PORT:-9000}
kv_port=${GODWIT_DEMO_KV_PORT:-7070}
forward=${GODWIT_DEMO_FORWARD:-17070}
export GODWIT_KAFKA=127.0.0.1:$kafka_port GODWIT_HOST=${GODWIT_HOST:-$(uname -n)}

step() { printf '\n== %s\n' "$*"; }
on_device() { "$root/deploy/device/device" exec "$device" -- "$@"; }

# ask PORT LINE...: what kv answers on that port of this machine.
ask() {
  local port=$1 line answer
  shift
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  for line in "$@"; do
    printf '%s\n' "$line" >&3
    IFS= read -r -t 20 answer <&3
    printf '%-24s %s\n' "$line" "$answer"
  done
  exec 3>&- 3<&-
}

step "What this machine lacks"
# shellcheck source=setup/environment.sh
. "$root/deploy/setup/environment.sh"

step "Build"
(cd "$root" && mvn --batch-mode --quiet --no-transfer-progress -Dmaven.test.skip=true package)
godwit=$root/deploy/target/dist/bin/godwit

step "Kafka, S3, checkpointer and converter (godwit standalone)"
mkdir -p "$data"
"$godwit" standalone --data "$data" --host "$GODWIT_HOST" --kafka-port "$kafka_port" \
  --device-kafka-port "$device_kafka_port" --s3-port "$s3_port" >"$data/standalone.log" 2>&1 &
standalone=$!
finish() {
  local status=$?
  if [ "$keep" = no ] || [ $status -ne 0 ]; then
    docker rm --force counter kv >/dev/null 2>&1 || true
    "$root/deploy/device/device" stop "$device" >/dev/null 2>&1 || true
    kill "$standalone" 2>/dev/null || true
    wait "$standalone" 2>/dev/null || true
  fi
  [ $status -eq 0 ] || echo "Failed. The services' log: $data/standalone.log; the device's: deploy/device/device logs $device" >&2
}
trap finish EXIT
for _ in $(seq 120); do
  grep -q 'Ready\.' "$data/standalone.log" && break
  kill -0 "$standalone" || exit 1
  sleep 1
done
tail -n 3 "$data/standalone.log"

step "The virtual ARM64 device"
# One that an earlier run with --keep left would not know this run's agent and ports.
if "$root/deploy/device/device" status "$device"; then
  "$root/deploy/device/device" stop "$device"
fi
"$root/deploy/device/device" start "$device" --agent "$root/restorer-agent/target/dist" \
  --env-file "$data/device.env" --forward "$forward:$kv_port"
for _ in $(seq 180); do
  "$godwit" devices | grep -q "^$device .*s ago *yes" && break
  sleep 1
done
"$godwit" devices
for name in counter kv; do
  docker rm --force "$name" >/dev/null 2>&1 || true
  on_device docker rm --force "$name" >/dev/null 2>&1 || true
done

step "counter: from here to $device"
docker run --detach --name counter godwit/counter >/dev/null
sleep 3
"$godwit" migrate counter --to "$device" --watch
sleep 2
printf '\n%-30s %s\n' "the last lines here" "the first lines on $device"
paste <(docker logs counter 2>&1 | tail -n 5) <(on_device docker logs counter 2>&1 | head -n 5) |
  awk -F '\t' '{ printf "%-30s %s\n", $1, $2 }'

step "kv: from here to $device"
docker run --detach --name kv --publish "$kv_port:7070" godwit/kv >/dev/null
sleep 2
echo "here, port $kv_port:"
ask "$kv_port" "SET bird godwit" "GET bird" ISA COUNT SUM FSUM
"$godwit" migrate kv --to "$device" --watch
echo "on $device, port $forward of this machine:"
ask "$forward" "GET bird" ISA COUNT SUM FSUM

step "Done: both containers run on $device"
on_device docker ps
