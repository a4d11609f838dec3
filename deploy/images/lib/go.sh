# shellcheck shell=bash
# shellcheck disable=SC2154 # build.sh sets what is read here
# A Go that is new enough for MinIO. Sourced by build.sh.

readonly go_release=trixie
readonly go_package=golang-1.24

# Prints the path of a go command of 1.24 or newer; unpacks Debian 13's where this machine has none.
go_program() {
  local candidate minor
  for candidate in go /usr/local/go/bin/go /usr/lib/go-1.*/bin/go "$home"/go/usr/lib/go-*/bin/go; do
    minor=$(GOTOOLCHAIN=local "$candidate" env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p' || true)
    if [ "${minor:-0}" -ge 24 ]; then
      echo "$candidate"
      return
    fi
  done
  say "unpacking Debian $go_release's $go_package: compiles MinIO"
  unpack_go
  go_program
}

unpack_go() {
  local work
  work=$(mktemp -d "$home/unpack.XXXXXX")
  private_apt_program "$work" "$go_release" "$go_package-go" "$go_package-src"
  [ -x "$work/root/usr/lib/go-${go_package#golang-}/bin/go" ] || die "Debian $go_release's $go_package has another layout than known here."
  rm -rf "$home/go"
  mv "$work/root" "$home/go"
  rm -rf "$work"
}
