#!/usr/bin/env bash
# Makes the Docker image godwit/stock of Debian packages as they are: redis-server, memcached, nginx, Python, shells
# (packages.txt). No image registry is asked. Made anew only when the list, this script or the Engine's images changed;
# then it takes 20 s, and fetches 40 MB the first time. Run as root.
#
# Environment:
#   GODWIT_STOCK_HOME     where packages are kept (/var/lib/godwit/stock)
#   GODWIT_DEBIAN_MIRROR  the Debian mirror; else the one in apt's configuration
set -euo pipefail

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
home=${GODWIT_STOCK_HOME:-/var/lib/godwit/stock}
# One release on every machine, so that the same programs are tested: redis 7.0, Python 3.11, nginx 1.22, glibc 2.36.
release=bookworm
image=godwit/stock

die() {
  echo "images.sh: $*" >&2
  exit 1
}

# shellcheck source=../../setup/lib/debian.sh
. "$here/../../setup/lib/debian.sh"

fetch() {
  local wanted omitted
  mapfile -t wanted < <(sed -n '/^[a-z]/s/ .*//p' "$here/packages.txt")
  mapfile -t omitted < <(sed -n 's/^- //p' "$here/packages.txt")
  private_apt_create "$home/apt" "$release" "$(dpkg --print-architecture)"
  private_apt "$home/apt" update >"$home/log" 2>&1 || die "apt could not read the package lists: see $home/log."
  private_apt_without "$home/apt" "${omitted[@]}"
  private_apt_fetch "$home/apt" "${wanted[@]}" 2>>"$home/log" | LC_ALL=C sort
}

# unpack ROOT, the names of the archives coming in: without what only people read.
unpack() {
  local deb
  while read -r deb; do
    dpkg-deb --fsys-tarfile "$home/apt/archives/$deb" |
      tar -x -C "$1" --keep-directory-symlink --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
        --exclude='./usr/share/locale/*' --exclude='./usr/share/bug/*' --exclude='./usr/share/bash-completion/*' \
        --exclude='./usr/share/lintian/*' --exclude='./usr/share/zoneinfo/*' --exclude='./usr/lib/systemd/*' \
        --exclude='./lib/systemd/*' --exclude='./usr/share/info/*' \
        --exclude='./usr/lib/*/gconv/*' --exclude='./usr/lib/python3*/test/*' --exclude='./usr/lib/python3*/pydoc_data/*' || die "Cannot unpack $deb."
  done
}

# Does the little of what the packages' own scripts would have done that these programs need.
configure() {
  local root=$1
  ln -sf mawk "$root/usr/bin/awk"
  [ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
  cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
  cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
  printf 'redis:x:101:101::/var/lib/redis:/usr/sbin/nologin\nmemcache:x:102:102::/nonexistent:/usr/sbin/nologin\n' >>"$root/etc/passwd"
  printf 'redis:x:101:\nmemcache:x:102:\n' >>"$root/etc/group"
  printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
  chmod 1777 "$root/tmp" "$root/var/tmp"
}

docker version >/dev/null 2>&1 ||
  die "No Docker Engine answers: start one (dockerd --experimental), or set DOCKER_HOST."
mkdir -p "$home"
exec 9>"$home/lock"
flock 9

inputs=$(cat "$here/packages.txt" "$here/images.sh" | sha256sum | cut -c1-12)
if [ "$(docker image inspect --format '{{index .Config.Labels "io.godwit.inputs"}}' "$image" 2>/dev/null)" = "$inputs" ]; then
  exit
fi
echo "images.sh: making $image of Debian $release packages" >&2
fetch >"$home/debs"
[ -s "$home/debs" ] || die "apt could not fetch the packages: see $home/log."
root=$(mktemp -d "$home/root.XXXXXX")
trap 'rm -rf "$root"' EXIT
# A folder that a container's user must be able to enter.
chmod 755 "$root"
# base-files holds the links /bin, /lib and /sbin, so it goes first.
{ grep '^base-files_' "$home/debs"; grep -v '^base-files_' "$home/debs"; } | unpack "$root"
configure "$root"
tar --sort=name --numeric-owner --mtime=@0 -C "$root" -c . |
  docker import --change "LABEL io.godwit.inputs=$inputs" --change 'CMD ["/bin/bash"]' - "$image" >/dev/null
