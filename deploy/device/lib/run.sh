# shellcheck shell=bash
# shellcheck disable=SC2154 # arch.sh and device set what is read here
# Starts, reaches and stops devices. Sourced by device.
#
# A device NAME lives in $home/machines/NAME:
#   build, arch   the name of the build that its disk is based on, and its architecture
#   disk.qcow2    what the device has written, on top of that build's disk
#   seed.raw      the guest's second disk: a tar archive of the services and their environment, as far as they were given
#   initramfs.gz  the build's with the scripts in guest/
#   process       pid and start time of its QEMU: a pid alone may have become another process's
#   ssh-port      where 127.0.0.1 leads to the guest's port 22; ssh.sock: of the connection to it that is open
#   qmp.sock      QEMU's control socket
#   console.log   all that the guest's console showed since the last start; qemu.log what QEMU itself said

# select_machine NAME: leaves its folder in $machine.
select_machine() {
  [[ ${1-} =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] || die "'${1-}' is no device name: use up to 31 lower-case letters, digits and hyphens."
  name=$1
  machine="$home/machines/$name"
}

existing_machine() {
  select_machine "$@"
  [ -e "$machine/build" ] || die "There is no device '$name' in $home: start one with 'device start $name'."
}

running_machine() {
  existing_machine "$@"
  is_running || die "The device '$name' is not running: start it with 'device start $name'."
}

start_time() {
  # Field 22, counted behind the command's closing parenthesis, which may itself hold spaces.
  sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20 || true
}

is_running() {
  local pid since
  [ -e "$machine/process" ] || return
  read -r pid since <"$machine/process"
  [ "$since" = "$(start_time "$pid")" ]
}

# Only one command at a time may start or remove a device.
lock_machine() {
  exec 8>"$machine/lock"
  flock -n 8 || die "Another command is starting the device '$name'."
}

start() {
  require_tools start "$qemu" qemu-img ssh socat jq tar cpio gzip
  mkdir -p "$machine"
  lock_machine
  ! is_running || die "The device '$name' is already running: stop it first with 'device stop $name'."
  started=${EPOCHREALTIME/./}
  make_machine
  make_seed
  boot
  add_forward "$(free_port)" 22 ssh
  local forward
  for forward in "${forwards[@]}"; do
    add_forward "${forward%%:*}" "${forward##*:}"
  done
  await_mark network 120
  await_mark docker 240
  guest docker info --format '{{.Driver}}' >"$machine/driver" 2>/dev/null ||
    fail_start "its Docker Engine does not answer through SSH"
  step "ready: Docker Engine on $(<"$machine/driver"), $arch"
}

# Makes the device's own disk, or keeps the one it has.
make_machine() {
  local base
  if [ -e "$machine/build" ]; then
    [ "$arch" = "$(<"$machine/arch")" ] ||
      die "The device '$name' is of architecture $(<"$machine/arch"), not $arch: give it another name, or remove it first."
    if [ "$(<"$machine/build")" != "$(readlink "$home/build/$arch")" ]; then
      say "$name keeps its disk, which is older than the latest build: 'device remove $name' gives it a new one"
    fi
    return
  fi
  base=$(readlink "$home/build/$arch") || die "Nothing is built for $arch yet: run 'device build --arch $arch' first."
  qemu-img create -q -f qcow2 -F raw -b "$home/build/$base/disk.raw" "$machine/disk.qcow2" || die "Cannot create the disk of '$name'."
  echo "$arch" >"$machine/arch"
  echo "$base" >"$machine/build"
}

readonly seed_size=1073741824

# Packs the services and their environment, as far as they are given, and leaves the archive's digest in $seed. The disk is
# overwritten in place and keeps its size, so that a running guest finds a new archive there, too.
make_seed() {
  local disk="$machine/seed.raw"
  seed=
  (umask 077; : >"$disk")
  if [ -n "$agent$checkpointer$kafka$s3$environment" ]; then
    pack_seed "$machine/stage" "$disk" || die "Cannot pack the services into $disk."
    seed=$(sha256sum <"$disk" | cut -c1-32)
    [ "$(stat -c %s "$disk")" -le $seed_size ] || die "The services in '$agent' and '$checkpointer' are larger than $seed_size bytes."
  fi
  truncate -s $seed_size "$disk"
}

# pack_seed STAGE ARCHIVE
pack_seed() {
  local tar=(tar --sort=name --numeric-owner --owner=0 --group=0)
  rm -rf "$1"
  (umask 077; mkdir "$1") || return
  if [ -n "$kafka$s3$environment" ] || [ -e "$agent/env" ]; then
    write_environment >"$1/env" || return
  fi
  "${tar[@]}" -cf "$2" -C "$1" . || return
  rm -rf "$1"
  add_service "$2" agent "$agent" && add_service "$2" checkpointer "$checkpointer"
}

# add_service ARCHIVE NAME DIR: nothing where no DIR is given.
add_service() {
  [ -z "$3" ] || "${tar[@]}" -rf "$1" --transform "s,^\.,$2," -C "$3" .
}

# The last line for a name wins: what the distribution brings, then the file given, then the options.
write_environment() {
  if [ -n "$agent" ] && [ -e "$agent/env" ]; then cat "$agent/env"; echo; fi
  if [ -n "$environment" ]; then cat "$environment"; echo; fi
  # Host and device alike, under one name.
  printf 'GODWIT_HOST=%s\nGODWIT_DEVICE=%s\n' "$name" "$name"
  [ -z "$kafka" ] || echo "GODWIT_KAFKA=$(seen_from_guest "$kafka")"
  [ -z "$s3" ] || echo "GODWIT_S3_ENDPOINT=$(seen_from_guest "$s3")"
  local variable
  for variable in GODWIT_S3_ACCESS_KEY GODWIT_S3_SECRET_KEY; do
    [ -z "${!variable-}" ] || echo "$variable=${!variable}"
  done
}

# The host's loopback is 10.0.2.2 to the guest.
seen_from_guest() {
  sed -E 's,(^|/|@)(localhost|127\.0\.0\.1|0\.0\.0\.0)(:|/|$),\110.0.2.2\3,' <<<"$1"
}

boot() {
  local build
  build="$home/build/$(<"$machine/build")"
  # The kernel takes several archives one behind the other: the build's, and the guest's scripts.
  { cat "$build/initramfs.gz"; (cd "$here" && find guest | cpio --quiet -o -H newc -R 0:0 | gzip); } >"$machine/initramfs.gz"
  rm -f "$machine/qmp.sock" "$machine/known_hosts" "$machine/ssh.sock"
  : >"$machine/console.log"
  # Paths are relative to the device's folder, because a socket's path may be 107 bytes long at most.
  (
    cd "$machine" || exit
    exec 8>&-
    exec setsid "$qemu" -name "godwit-$name" "${qemu_machine[@]}" -smp "${processors:-$default_processors}" -m "$memory" \
      -accel tcg,thread=multi -nodefaults -no-user-config -no-reboot -display none \
      -kernel "$build/kernel" -initrd initramfs.gz \
      -append "console=$console loglevel=4 panic=-1 mitigations=off apparmor=0 net.ifnames=0 godwit.device=$name godwit.seed=$seed" \
      -drive "if=none,id=disk,format=qcow2,file=disk.qcow2,discard=unmap" -device "virtio-blk-pci,drive=disk,romfile=" \
      -drive "if=none,id=seed,format=raw,readonly=on,file=seed.raw" -device "virtio-blk-pci,drive=seed,romfile=" \
      -netdev user,id=net,ipv6=off -device virtio-net-pci,netdev=net,romfile= -device virtio-rng-pci,romfile= \
      -serial file:console.log -qmp unix:qmp.sock,server=on,wait=off
  ) >"$machine/qemu.log" 2>&1 </dev/null &
  local pid=$!
  disown "$pid"
  echo "$pid $(start_time "$pid")" >"$machine/process"
  until [ -S "$machine/qmp.sock" ]; do
    is_running || die "QEMU did not start: $(tail -n 3 "$machine/qemu.log")"
    sleep 0.1
  done
}

# await_mark STEP SECONDS: waits until the guest's console says that it got there.
await_mark() {
  local deadline=$((SECONDS + $2))
  until grep -q "^godwit-mark: $1 " "$machine/console.log"; do
    is_running || fail_start "it stopped before '$1'"
    [ "$SECONDS" -lt "$deadline" ] || fail_start "'$1' was not there within $2 s"
    sleep 0.1
  done
  step "$1 is up in the device"
}

fail_start() {
  kill_machine
  die "The device '$name' did not start: $1. Its console is in $machine/console.log."
}

step() {
  local tenths=$(((${EPOCHREALTIME/./} - started) / 100000))
  say "$name: $((tenths / 10)).$((tenths % 10)) s  $1"
}

# qmp COMMAND [ARGUMENTS]: prints what QEMU answers.
qmp() {
  local arguments=${2-\{\}} answer
  answer=$(
    cd "$machine" || exit
    jq -nc --arg command "$1" --argjson arguments "$arguments" \
      '{execute: "qmp_capabilities"}, {execute: $command, arguments: $arguments}' |
      socat -t 10 - UNIX-CONNECT:qmp.sock | jq -c 'select(has("return") or has("error"))' | sed -n 2p
  )
  [ -n "$answer" ] || die "The QEMU of '$name' does not answer on $machine/qmp.sock."
  jq -er 'if has("return") then .return else error(.error.desc) end' <<<"$answer"
}

# add_forward HOSTPORT GUESTPORT [ssh]: lets 127.0.0.1:HOSTPORT lead to the guest. For ssh, another port is tried when one is taken.
add_forward() {
  local answer
  answer=$(qmp human-monitor-command "{\"command-line\": \"hostfwd_add net tcp:127.0.0.1:$1-:$2\"}")
  if [ -n "${answer//[[:space:]]/}" ]; then
    [ "${3-}" != ssh ] || { add_forward "$(free_port)" 22 ssh; return; }
    die "Port $1 cannot be forwarded to port $2 of '$name': ${answer//[$'\r\n']/}"
  fi
  [ "${3-}" != ssh ] || echo "$1" >"$machine/ssh-port"
}

free_port() {
  local port
  while :; do
    # Below the range from which the kernel gives ports to clients.
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# guest COMMAND...: runs it in the guest with this script's standard input and output; the exit code is the command's,
# or 255 when the guest cannot be reached. One connection serves all calls within a minute: to agree on keys anew costs
# an emulated processor more than most commands.
guest() (
  cd "$machine" || exit 255
  exec ssh -q -T -F none -i "$home/ssh/id_ed25519" -p "$(<ssh-port)" -o BatchMode=yes -o ConnectTimeout=30 \
    -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=known_hosts -o IdentitiesOnly=yes \
    -o ControlMaster=auto -o ControlPath=ssh.sock -o ControlPersist=60 \
    "${ssh_options[@]}" root@127.0.0.1 "${*@Q}"
)

stop() {
  guest busybox poweroff </dev/null || say "$name does not answer: its power is cut in two minutes if it does not stop"
  local deadline=$((SECONDS + 120))
  while is_running; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      kill_machine
      die "The device '$name' did not stop within 120 s, so its power was cut."
    fi
    sleep 0.1
  done
}

kill_machine() {
  local pid _
  read -r pid _ <"$machine/process"
  while is_running; do
    kill -KILL "$pid" 2>/dev/null || true
    sleep 0.05
  done
}

# Gives a running device other services, or the same with another environment, and restarts them.
replace_services() {
  make_seed
  guest godwit-services install "$seed" || die "The services of '$name' were not replaced."
}
