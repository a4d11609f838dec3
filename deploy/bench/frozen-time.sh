#!/usr/bin/env bash
# How long a container stands still, beside bare CRIU and the bare Engine: stock Redis of several sizes moves from this
# machine to itself under another name; in the same run a Redis filled alike, a plain process of this machine, goes
# through `criu dump`, `cp` and `criu restore`, and one in a container through `docker checkpoint create`, `cp` and
# `docker start --checkpoint`. Then one of them moves while a client writes 20 MB/s into it, and one is rolled back. Prints
# the phases, the bytes moved before and during the freeze, the ratios, and a table of all, with what is expected of it
# beside. It asserts nothing: see README.md. Run as root, after deploy/setup/environment.sh and a build, while nobody else
# moves containers of this machine. Under flock(1) it wants --close: CRIU refuses to dump a process that holds a lock.
#
#   frozen-time.sh [MiB]...     sizes of the data (1 256 1024); the first of at least 256 is the one that is written to
set -euo pipefail
root=$(cd "$(dirname "$(readlink -f "$0")")/../.." && pwd)
sizes=("$@")
[ $# -gt 0 ] || sizes=(1 256 1024)
work=$(mktemp -d /var/tmp/godwit-bench.XXXXXX)
kafka=$((20000 + RANDOM % 10000))
port=$((kafka + 10))
godwit=$root/deploy/target/dist/bin/godwit
# In seconds, by README.md.
declare -A expected=([1]=0.5 [256]=0.8 [1024]=1.5 [written]=1.0 [back]=0.3)
declare -A bare_of engine_of
rows=()
export GODWIT_KAFKA=127.0.0.1:$kafka GODWIT_HOST=bench

finish() {
  docker rm --force --volumes godwit-bench godwit-bench-moved godwit-bench-writer >/dev/null 2>&1 || true
  [ -z "${redis:-}" ] || kill -KILL "$redis" 2>/dev/null || true
  [ -z "${standalone:-}" ] || { kill "$standalone" 2>/dev/null && wait "$standalone"; } || true
  rm -rf "$work"
}
trap finish EXIT

now() { echo "${EPOCHREALTIME/./}"; }
seconds() { awk -v us="$1" 'BEGIN { printf "%.2f", us / 1e6 }'; }
ratio() { awk -v ms="$1" -v us="$2" 'BEGIN { print ms * 1000 / us }'; }
# tells NAME BARE-US ENGINE-US MS EXPECTED: a line of the table at the end; 0 where there is none.
tells() {
  rows+=("$(awk -v name="$1" -v bare="$2" -v engine="$3" -v ms="$4" -v expected="$5" '
    function s(us) { return us ? sprintf("%.2f s", us / 1e6) : "" }
    function times(us) { return us ? sprintf("%.2f", ms * 1000 / us) : "" }
    BEGIN { printf "| %s | %s | %s | %.2f s | %s | %s | %s |", name, s(bare), s(engine), ms / 1000,
      times(bare), times(engine), expected ? expected " s" : "" }')")
}
row() { printf '  %-28s %9s s  %10s MiB  %s\n' "$@"; }

# answers COMMAND...: waits until redis-cli called so answers.
answers() {
  local _
  for _ in $(seq 100); do
    [ "$("$@" ping 2>/dev/null)" = PONG ] && return
    sleep 0.1
  done
  echo "Redis does not answer: $*" >&2
  exit 1
}

# by_hand DUMP RESTORE ALL: rows under these names, of the times that its caller has taken.
by_hand() {
  local mib
  mib=$(du -sm "$work/copy" | cut -f1)
  row "$1" "$(seconds $((dumped - began)))" "$mib" frozen
  row "cp" "$(seconds $((copied - dumped)))" "$mib" frozen
  row "$2" "$(seconds $((restored - copied)))" "$mib" frozen
  row "$3" "$(seconds $((restored - began)))" "$mib" ""
}

# What one does by hand: the image's own Redis, a process of this machine, started through the image's loader.
bare() {
  local size=$1 began dumped copied restored
  local loader=$work/root/lib64/ld-linux-x86-64.so.2
  local libraries=$work/root/lib/x86_64-linux-gnu:$work/root/usr/lib/x86_64-linux-gnu
  local cli=("$loader" --library-path "$libraries" "$work/root/usr/bin/redis-cli" -p "$port")
  setsid "$loader" --library-path "$libraries" "$work/root/usr/bin/redis-server" --port "$port" --save '' \
    --enable-debug-command yes </dev/null >/dev/null 2>&1 &
  redis=$!
  disown "$redis"
  answers "${cli[@]}"
  fill "$size" "${cli[@]}"
  rm -rf "$work/images" "$work/copy"
  mkdir "$work/images"
  began=$(now)
  criu dump --tree "$redis" --images-dir "$work/images" --tcp-close --log-file dump.log
  dumped=$(now)
  cp -r "$work/images" "$work/copy"
  copied=$(now)
  criu restore --images-dir "$work/copy" --tcp-close --restore-detached --log-file restore.log
  restored=$(now)
  answers "${cli[@]}"
  kill -KILL "$redis"
  redis=
  bare_of[$size]=$((restored - began))
  by_hand "criu dump" "criu restore" "bare CRIU in all"
}

# What one does by hand with the Engine alone, which cannot move a container, only stop and start it.
engine() {
  local size=$1 began dumped copied restored id folder
  started "$size"
  id=$(docker inspect --format '{{.Id}}' godwit-bench)
  folder=$(docker info --format '{{.DockerRootDir}}')/containers/$id/checkpoints/by-hand
  rm -rf "$work/copy"
  began=$(now)
  docker checkpoint create godwit-bench by-hand >/dev/null
  dumped=$(now)
  cp -r "$folder" "$work/copy"
  copied=$(now)
  # Otherwise the Engine, which has not yet forgotten the dump, refuses it as already there (moby#42900).
  touch "$folder/descriptors.json"
  docker start --checkpoint by-hand godwit-bench >/dev/null
  restored=$(now)
  answers docker exec godwit-bench redis-cli
  engine_of[$size]=$((restored - began))
  by_hand "docker checkpoint create" "docker start --checkpoint" "bare Engine in all"
}

# started MIB: a Redis in a container, filled.
started() {
  docker rm --force --volumes godwit-bench godwit-bench-moved godwit-bench-writer >/dev/null 2>&1 || true
  docker run --detach --name godwit-bench godwit/stock redis-server --save '' --enable-debug-command yes >/dev/null
  answers docker exec godwit-bench redis-cli
  fill "$1" docker exec --interactive godwit-bench redis-cli
}

# fill MIB REDIS-CLI...: values of 1 MiB, of random bytes, so that nothing can be left out or shrunk.
fill() {
  local size=$1 i
  shift
  for i in $(seq "$size"); do
    head -c 786432 /dev/urandom | base64 -w 0 | "$@" -x set "key$i" >/dev/null
  done
}

# moved NAME MIB: moves the container that was started, filled so.
moved() {
  local name=$1 size=$2 frozen
  "$godwit" migrate godwit-bench --to bench --name godwit-bench-moved --watch --deadline 600 >"$work/moved" ||
    { cat "$work/moved" >&2; exit 1; }
  answers docker exec godwit-bench-moved redis-cli
  [ "$(docker exec godwit-bench-moved redis-cli dbsize)" = "$size" ]
  sed -n '/^phase /,/^of these frozen/p' "$work/moved" | sed 1d >"$work/phases"
  while read -r line; do
    awk '{ where = ($NF == "frozen" || $NF == "running") ? $NF : ""; n = where == "" ? NF : NF - 1
           name = $1; for (i = 2; i < n - 1; i++) name = name " " $i
           printf "  %-28s %9s s  %10s MiB  %s\n", name, $(n - 1), $n, where }' <<<"$line"
  done <"$work/phases"
  # From the dump's begin until the restored process runs, by the machine's clock; the phases leave the gaps out.
  frozen=$(sed -n 's/.*it stood still for \([0-9]*\) ms.*/\1/p' "$work/moved" | head -n 1)
  row "stood still in all" "$(seconds $((frozen * 1000)))" "" ""
  sed -n 's/.*for about \([0-9]*\) ms.*/\1/p' "$work/moved" | tail -n 1 |
    awk '{ printf "  %-28s %9.2f s\n", "was predicted", $1 / 1000 }'
  printf '  %-28s %9.2f\n' "ratio to bare CRIU" "$(ratio "$frozen" "${bare_of[$size]}")"
  printf '  %-28s %9.2f\n' "ratio to the bare Engine" "$(ratio "$frozen" "${engine_of[$size]}")"
  tells "$name" "${bare_of[$size]}" "${engine_of[$size]}" "$frozen" "${expected[${3:-$size}]:-}"
}

# A client from outside, which sets one of the MiB values of the container that was started anew, twenty times a second.
# It does not come back when its connection ends, which it does when the container moves.
writes() {
  local size=$1 address program
  address=$(docker inspect --format '{{.NetworkSettings.IPAddress}}' godwit-bench)
  program='import os, random, socket, sys, time
redis = socket.create_connection((sys.argv[1], 6379))
value = b"$1000000\r\n" + bytes(65 + b % 26 for b in os.urandom(1000000)) + b"\r\n"
due = time.monotonic()
while True:
  key = b"key%d" % random.randint(1, int(sys.argv[2]))
  redis.sendall(b"*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n" % (len(key), key) + value)
  if redis.recv(100) != b"+OK\r\n": break
  due += 0.05
  time.sleep(max(0, due - time.monotonic()))'
  docker run --detach --name godwit-bench-writer godwit/stock python3 -c "$program" "$address" "$size" >/dev/null
  sleep 2
  [ "$(docker inspect --format '{{.State.Running}}' godwit-bench-writer)" = true ] ||
    { docker logs godwit-bench-writer >&2; exit 1; }
}

# A container that CRIU dumps and cannot restore, by its ping socket: it fails on the device, and the source goes on.
rolled_back() {
  local journal program
  program='import socket, time
ping = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
while True: time.sleep(0.01)'
  docker rm --force --volumes godwit-bench godwit-bench-moved >/dev/null 2>&1 || true
  docker run --detach --name godwit-bench godwit/stock python3 -c "$program" >/dev/null
  sleep 1
  "$godwit" migrate godwit-bench --to bench --name godwit-bench-moved --watch --deadline 600 >"$work/moved" 2>&1 || true
  journal=$(find "$work/data" -name migration.txt -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2)
  # By the source's clock: when it learned that the device has failed, and when its container ran again.
  awk '/^history/ { state = "" } $1 == "state:" { state = $2 } $1 == "at_ms:" { at[state] = $2 }
    END { if (!("FAILED" in at) || !("ROLLED_BACK" in at)) exit 1
          printf "  %-28s %9.2f s\n", "from the decision to running", (at["ROLLED_BACK"] - at["FAILED"]) / 1000
          printf "  %-28s %9.2f s\n", "from its freeze to running", (at["ROLLED_BACK"] - at["FREEZING"]) / 1000
          print at["ROLLED_BACK"] - at["FAILED"] >"'"$work/back"'" }' "$journal" ||
    { cat "$work/moved" >&2; exit 1; }
  tells "a roll back, from the decision on" 0 0 "$(cat "$work/back")" "${expected[back]}"
}

mkdir "$work/root"
docker create --name godwit-bench godwit/stock true >/dev/null
docker export godwit-bench | tar -x -C "$work/root"
docker rm godwit-bench >/dev/null
"$godwit" standalone --data "$work/data" --host bench --advertise 127.0.0.1 --kafka-port "$kafka" \
  --device-kafka-port $((kafka + 1)) --s3-port $((kafka + 2)) >"$work/standalone.log" 2>&1 &
standalone=$!
until grep -q 'Ready\.' "$work/standalone.log"; do
  kill -0 "$standalone" || { cat "$work/standalone.log" >&2; exit 1; }
  sleep 0.5
done
until "$godwit" devices 2>/dev/null | grep -q '^bench .* yes'; do sleep 1; done

echo "$(nproc) processors, $(free -g | awk '/^Mem/ { print $2 }') GiB, kernel $(uname -r), CRIU $(criu --version | sed -n 's/^Version: //p'), Docker $(docker version --format '{{.Server.Version}}')"
# The first migration loads classes and the image; it is not counted.
bare 1 >/dev/null
engine 1 >/dev/null
started 1
moved "not counted" 1 >/dev/null
rows=()
written=
for size in "${sizes[@]}"; do
  echo "Redis with $size MiB"
  bare "$size"
  engine "$size"
  started "$size"
  moved "$size MiB" "$size"
  [ -n "$written" ] || [ "$size" -lt 256 ] || written=$size
done
if [ -n "$written" ]; then
  echo "Redis with $written MiB, 20 MB/s of it written"
  started "$written"
  writes "$written"
  moved "$written MiB, 20 MB/s written" "$written" written
fi
echo "A roll back: the device cannot restore it"
rolled_back
echo
echo "| | bare CRIU | bare Engine | Godwit | to CRIU | to the Engine | expected |"
echo "|---|---|---|---|---|---|---|"
printf '%s\n' "${rows[@]}"
