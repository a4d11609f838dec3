#!/usr/bin/env bash
# The main job, on a fresh Debian machine as root: installs what is missing, builds everything, starts Kafka, the S3
# store, the services and two virtual machines, moves two running containers to the ARM64 one and a stock Redis to the
# x86_64 one and back, and shows that they went on.
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
machine=${GODWIT_DEMO_MACHINE:-desk}
kafka_port=${GODWIT_DEMO_KAFKA_PORT:-9092}
device_kafka_port=${GODWIT_DEMO_DEVICE_KAFKA_PORT:-9093}
s3_port=${GODWIT_DEMO_S3_PORT:-9000}
kv_port=${GODWIT_DEMO_KV_PORT:-7070}
forward=${GODWIT_DEMO_FORWARD:-17070}
redis_port=${GODWIT_DEMO_REDIS_PORT:-6379}
redis_forward=${GODWIT_DEMO_REDIS_FORWARD:-16379}
export GODWIT_KAFKA=127.0.0.1:$kafka_port GODWIT_HOST=${GODWIT_HOST:-$(uname -n)}

step() { printf '\n== %s\n' "$*"; }
device() { "$root/deploy/device/device" "$@"; }
on_device() { device exec "$device" -- "$@"; }
on_machine() { device exec "$machine" -- "$@"; }

# boot NAME OPTION...: starts a virtual machine and waits until its agent has said that it is fit.
boot() {
  local name=$1
  shift
  # One that an earlier run with --keep left would not know this run's services and ports.
  if device status "$name"; then
    device stop "$name"
  fi
  device start "$name" --agent "$root/restorer-agent/target/dist" --env-file "$data/device.env" "$@"
  for _ in $(seq 300); do
    "$godwit" devices | grep -q "^$name .* [0-9]* s ago *yes" && break
    sleep 1
  done
  "$godwit" devices
}

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

# redis PORT COMMAND: what Redis answers on that port of this machine.
redis() {
  local port=$1 head answer
  shift
  exec 3<>"/dev/tcp/127.0.0.1/$port"
  printf '%s\r\n' "$*" >&3
  IFS= read -r -t 20 head <&3
  head=${head%$'\r'}
  case $head in
    '$-1') echo "(nothing)" ;;
    '$'*)
      LC_ALL=C IFS= read -r -t 20 -N "${head#?}" answer <&3
      printf '%s\n' "$answer"
      ;;
    *) printf '%s\n' "${head#?}" ;;
  esac
  exec 3>&- 3<&-
}

# show_redis PORT: what tells that it is the same Redis, with the same data.
show_redis() {
  local command
  for command in "GET bird" "DBSIZE" "GET key9999" "INCR hops"; do
    printf '%-24s %s\n' "$command" "$(redis "$1" "$command")"
  done
  redis "$1" INFO server | tr -d '\r' | grep -E '^(run_id|uptime_in_seconds):' | tr : ' ' | awk '{ printf "%-24s %s\n", $1, $2 }'
}

step "What this machine lacks"
# shellcheck source=setup/environment.sh
. "$root/deploy/setup/environment.sh"

step "Build"
(cd "$root" && mvn --batch-mode --quiet --no-transfer-progress -Dmaven.test.skip=true package)
godwit=$root/deploy/target/dist/bin/godwit

step "Kafka, S3, converter, checkpointer and agent (godwit standalone)"
mkdir -p "$data"
"$godwit" standalone --data "$data" --host "$GODWIT_HOST" --kafka-port "$kafka_port" \
  --device-kafka-port "$device_kafka_port" --s3-port "$s3_port" >"$data/standalone.log" 2>&1 &
standalone=$!
finish() {
  local status=$?
  if [ "$keep" = no ] || [ $status -ne 0 ]; then
    docker rm --force counter kv redis >/dev/null 2>&1 || true
    device stop "$machine" >/dev/null 2>&1 || true
    device stop "$device" >/dev/null 2>&1 || true
    kill "$standalone" 2>/dev/null || true
    wait "$standalone" 2>/dev/null || true
  fi
  [ $status -eq 0 ] || echo "Failed. The services' log: $data/standalone.log; the machines': deploy/device/device logs $device, and logs $machine" >&2
}
trap finish EXIT
for _ in $(seq 120); do
  grep -q 'Ready\.' "$data/standalone.log" && break
  kill -0 "$standalone" || exit 1
  sleep 1
done
tail -n 3 "$data/standalone.log"

step "The virtual ARM64 device"
boot "$device" --forward "$forward:$kv_port"
for name in counter kv; do
  docker rm --force "$name" >/dev/null 2>&1 || true
  on_device docker rm --force "$name" >/dev/null 2>&1 || true
done

step "counter: from here to $device"
docker run --detach --name counter godwit/counter >/dev/null
sleep 3
"$godwit" migrate counter --to "$device" --watch
sleep 2
printf '\n%-30s %s\n' "the last lines here" "the next lines on $device"
# Its log goes along, and goes on there.
printed=$(docker logs counter 2>&1 | wc -l)
paste <(docker logs counter 2>&1 | tail -n 5) <(on_device docker logs counter 2>&1 | tail -n "+$((printed + 1))" | head -n 5) |
  awk -F '\t' '{ printf "%-30s %s\n", $1, $2 }'

step "kv: from here to $device"
docker run --detach --name kv --publish "$kv_port:7070" godwit/kv >/dev/null
sleep 2
echo "here, port $kv_port:"
ask "$kv_port" "SET bird godwit" "GET bird" ISA COUNT SUM FSUM
"$godwit" migrate kv --to "$device" --watch
echo "on $device, port $forward of this machine:"
ask "$forward" "GET bird" ISA COUNT SUM FSUM

step "Both containers run on $device"
on_device docker ps

step "The virtual x86_64 machine, host and device as this one is"
boot "$machine" --arch amd64 --checkpointer "$root/checkpointer/target/dist" --forward "$redis_forward:$redis_port"
docker rm --force redis >/dev/null 2>&1 || true
on_machine docker rm --force redis >/dev/null 2>&1 || true

step "redis, as Debian packages it: from here to $machine"
# glibc chooses its routines by what the processor has when a program starts; QEMU's has less than most of today's.
docker run --detach --name redis --publish "$redis_port:6379" \
  --env GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX512DQ,-AVX512CD,-AVX512_VBMI2,-RTM,-XSAVEC,-ERMS,-FSRM \
  godwit/stock redis-server --bind 0.0.0.0 --protected-mode no --save '' >/dev/null
for _ in $(seq 30); do
  docker exec redis redis-cli PING 2>/dev/null | grep -q PONG && break
  sleep 0.5
done
redis "$redis_port" SET bird godwit >/dev/null
redis "$redis_port" EVAL '"for i = 1, 10000 do redis.call(\"SET\", \"key\" .. i, i) end"' 0 >/dev/null
echo "here, port $redis_port:"
show_redis "$redis_port"
"$godwit" migrate redis --to "$machine" --allow-cpu-difference --watch
echo "on $machine, port $redis_forward of this machine:"
show_redis "$redis_forward"

step "redis: from $machine back to here"
"$godwit" migrate redis --from "$machine" --to "$GODWIT_HOST" --allow-cpu-difference --watch
echo "here, port $redis_port:"
show_redis "$redis_port"

step "Done: counter and kv run on $device, redis runs here again"
on_device docker ps
docker ps --filter name=redis
