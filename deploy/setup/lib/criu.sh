# shellcheck shell=bash
# shellcheck disable=SC2154 # setup.sh sets what is read here
# A CRIU that works on the running kernel. Sourced by setup.sh.
#
# A new kernel can be too new for the release's CRIU (3.17.1 does not understand the vdso of 6.18). Then a newer release's
# is unpacked into a folder of its own, together with the C library that it was built for, and started through that
# library's loader by a wrapper that stands early on the PATH, where runc finds it.

readonly criu_folder=/opt/godwit/criu
readonly criu_wrapper=/usr/local/sbin/criu
readonly criu_mark='# Written by Godwit'

# CRIU's own check tries the kernel's interfaces, but no socket: kernels of 6.16 and later refuse SO_PASSCRED on one that
# is not a unix socket, on which CRIU before 4.2 gives up. So a process that listens is dumped, too. Needs root.
criu_works() { "$1" check >/dev/null 2>&1 && criu_dumps_sockets "$1"; }

criu_dumps_sockets() {
  local images pid status=0
  # Packages are installed before; --check may come earlier.
  command -v socat >/dev/null || return 0
  images=$(mktemp -d)
  setsid socat TCP-LISTEN:0,bind=127.0.0.1 PIPE </dev/null >/dev/null 2>&1 &
  pid=$!
  disown "$pid"
  sleep 0.5
  "$1" dump --tree "$pid" --images-dir "$images" >/dev/null 2>&1 || status=1
  # A dump that succeeded has ended it.
  kill "$pid" 2>/dev/null || true
  rm -rf "$images"
  return $status
}

criu_step() {
  local release
  hash -r
  if command -v criu >/dev/null && criu_works criu; then
    have criu "$(criu --version | sed -n 's/^Version: //p') at $(command -v criu)"
    return
  fi
  if [ "$only_check" = yes ]; then
    lack criu "no CRIU that passes 'criu check' on the kernel $(uname -r)"
    return
  fi
  if ! command -v criu >/dev/null && update_lists && is_packaged criu; then
    have criu "installing criu: checkpoints and restores processes"
    install_packages criu
    hash -r
    if criu_works criu; then return; fi
  fi
  [ ! -e "$criu_wrapper" ] || grep -qF "$criu_mark" "$criu_wrapper" ||
    die "$criu_wrapper does not pass 'criu check', and it is not Godwit's: remove or replace it."
  for release in trixie sid; do
    have criu "unpacking Debian $release's CRIU into $criu_folder: the installed one does not work on the kernel $(uname -r)"
    unpack_criu "$release"
    if criu_works "$criu_wrapper"; then
      hash -r
      return
    fi
  done
  "$criu_wrapper" check || true
  rm -f "$criu_wrapper"
  die "No CRIU of Debian works on the kernel $(uname -r): what 'criu check' says of the newest stands above."
}

unpack_criu() {
  local release=$1 cache="$criu_folder/$1.apt" root="$criu_folder/$1" debs deb loader libraries
  private_apt_create "$cache" "$release" "$(dpkg --print-architecture)"
  private_apt "$cache" update >"$apt_log" 2>&1 || die "apt could not read the package lists of Debian $release: see $apt_log."
  debs=$(private_apt_fetch "$cache" criu 2>"$apt_log") || die "apt could not fetch Debian $release's CRIU: see $apt_log."
  rm -rf "$root"
  mkdir -p "$root"
  for deb in $debs; do
    dpkg-deb -x "$cache/archives/$deb" "$root"
  done
  rm -rf "$cache"
  loader=$(find "$root" -name 'ld-linux*.so.*' | head -n 1)
  libraries=$(find "$root" -name 'libc.so.6' -printf '%h\n' | head -n 1)
  [ -x "$loader" ] && [ -x "$root/usr/sbin/criu" ] || die "Debian $release's CRIU has another layout than known here: see $root."
  mkdir -p "$(dirname "$criu_wrapper")"
  cat >"$criu_wrapper" <<END
#!/bin/sh
$criu_mark: Debian $release's CRIU, started through the loader of the C library that it needs.
exec $loader --library-path $libraries $root/usr/sbin/criu "\$@"
END
  chmod 755 "$criu_wrapper"
}
