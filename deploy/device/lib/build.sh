# shellcheck shell=bash
# shellcheck disable=SC2154 # arch.sh and device set what is read here
# Builds a device's kernel, initramfs and base disk from Debian packages. Sourced by device.
#
# Two stages, each redone only when its inputs changed: the packages are fetched into $home/cache/apt-ARCH, and the image goes to
# $home/build/ARCH-ID, where ID is a digest of everything it is made from. $home/build/ARCH points to the latest; older ones stay
# as long as a device's disk is based on them.

readonly release=trixie

build() {
  local refresh=$1 started=$SECONDS
  require_tools build apt-get dpkg-deb mke2fs depmod cpio gzip xz ssh-keygen sha256sum
  mkdir -p "$home/build" "$home/cache"
  exec 9>"$home/build/lock"
  if ! flock -n 9; then
    say "waiting for another build"
    flock 9
  fi
  build_key
  build_packages "$refresh"
  build_image
  exec 9>&-
  drop_unused_builds
  say "$arch is built ($((SECONDS - started)) s)"
}

# The key with which `device exec` comes in: made once, so that every image lets the same key in.
build_key() {
  mkdir -p "$home/ssh"
  chmod 700 "$home/ssh"
  [ -e "$home/ssh/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C godwit-device -f "$home/ssh/id_ed25519"
}

# Leaves the names of the .debs in $debs.
build_packages() {
  local refresh=$1 apt="$home/cache/apt-$arch" wanted omitted stamp
  debs="$apt/debs"
  mapfile -t wanted < <(sed -n 's/@KERNEL@/'"$kernel_package"'/; /^[a-z]/s/ .*//p' "$here/packages.txt")
  mapfile -t omitted < <(sed -n 's/^- //p' "$here/packages.txt")
  stamp=$(printf '%s\n' "$release" "${wanted[@]}" - "${omitted[@]}" | sha256sum)
  if [ "$refresh" = no ] && [ -e "$debs" ] && [ "$stamp" = "$(cat "$apt/stamp" 2>/dev/null)" ] && debs_are_there "$apt"; then
    return
  fi
  say "fetching Debian $release packages for $arch"
  private_apt_create "$apt" "$release" "$arch"
  private_apt "$apt" update >"$apt/log" 2>&1 || die "apt could not read the package lists: see $apt/log."
  private_apt_without "$apt" "${omitted[@]}"
  private_apt_fetch "$apt" "${wanted[@]}" 2>>"$apt/log" | LC_ALL=C sort >"$debs.new" ||
    die "apt could not fetch the packages: see $apt/log."
  mv "$debs.new" "$debs"
  echo "$stamp" >"$apt/stamp"
  say "$(wc -l <"$debs") packages are in $apt/archives"
}

debs_are_there() {
  local deb
  while read -r deb; do
    [ -s "$1/archives/$deb" ] || return
  done <"$1/debs"
}

build_image() {
  local id target work
  # The name of a .deb holds its version, so the names stand for the contents.
  id=$(cat "$debs" "$here/guest/initramfs-init" "$here/lib/build.sh" "$here/lib/arch.sh" "$home/ssh/id_ed25519.pub" - <<<"$disk_size" |
    sha256sum | cut -c1-12)
  target="$home/build/$arch-$id"
  if [ ! -e "$target/complete" ]; then
    rm -rf "$target"
    work="$target/work"
    mkdir -p "$work/root" "$work/initramfs"
    say "unpacking the packages"
    unpack "$work/root"
    say "writing the initramfs and the disk"
    configure "$work/root"
    make_initramfs "$work/root" "$work/initramfs" "$target"
    make_disk "$work/root" "$target"
    rm -rf "$work"
    touch "$target/complete"
  fi
  ln -sfn "$arch-$id" "$home/build/$arch"
}

unpack() {
  local root=$1 deb
  # Some packages bring files for /var/run, which must not become a folder of the disk: pid files would outlive a power cut.
  mkdir "$root/run" "$root/var"
  ln -s /run "$root/var/run"
  ln -s /run/lock "$root/var/lock"
  # base-files holds the links /bin, /lib and /sbin, so it goes first.
  while read -r deb; do
    # Without documentation: the disk is written and read under emulation.
    dpkg-deb --fsys-tarfile "$home/cache/apt-$arch/archives/$deb" |
      tar -x -C "$root" --keep-directory-symlink --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
        --exclude='./usr/share/locale/*' --exclude='./usr/share/bug/*' || die "Cannot unpack $deb."
  done < <(grep '^base-files_' "$debs"; grep -v '^base-files_' "$debs")
}

# Does the little of what the packages' own scripts would have done that a device needs.
configure() {
  local root=$1 name jvm version
  for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
    ln -sf xtables-nft-multi "$root/usr/sbin/$name"
  done
  ln -sf mawk "$root/usr/bin/awk"
  [ -e "$root/usr/bin/sh" ] || ln -s dash "$root/usr/bin/sh"
  ln -sf ../bin/busybox "$root/usr/sbin/init"
  jvm=$(cd "$root" && echo usr/lib/jvm/java-25-openjdk-*)
  ln -s "/$jvm" "$root/usr/lib/jvm/java-25"
  ln -s "/$jvm/bin/java" "$root/usr/bin/java"
  [ -s "$root/$jvm/lib/server/classes.jsa" ] || die "The JRE's class-data archive is not in the package: $jvm/lib/server/classes.jsa."
  mkdir -p "$root/etc/ssl/certs"
  cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"

  printf 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n' >"$root/etc/passwd"
  printf 'root:*:20000:0:99999:7:::\n' >"$root/etc/shadow"
  printf 'root:x:0:\ntty:x:5:\ndocker:x:999:\nnogroup:x:65534:\n' >"$root/etc/group"
  printf '/bin/sh\n/bin/bash\n' >"$root/etc/shells"
  printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
  printf 'nameserver 10.0.2.3\n' >"$root/etc/resolv.conf"
  chmod 600 "$root/etc/shadow"
  install -d -m 700 "$root/root/.ssh"
  install -m 600 "$home/ssh/id_ed25519.pub" "$root/root/.ssh/authorized_keys"

  install -d "$root/godwit/guest" "$root/usr/local/bin" "$root/var/lib/godwit" "$root/var/log"
  ln -s /godwit/guest/inittab "$root/etc/inittab"
  version=$(ls "$root/usr/lib/modules")
  depmod -b "$root" "$version"
}

make_initramfs() {
  local root=$1 stage=$2 target=$3 version module number=10
  version=$(ls "$root/usr/lib/modules")
  mkdir -p "$stage"/{bin,dev,proc,sys,root,modules}
  cp "$root/usr/bin/busybox" "$stage/bin/"
  install -m 755 "$here/guest/initramfs-init" "$stage/init"
  # In the order in which they must be loaded, decompressed: busybox loads no .xz.
  for module in $(modules_with_needs "$root/usr/lib/modules/$version" virtio_blk); do
    xz -dc "$root/usr/lib/modules/$version/$module" >"$stage/modules/$number-$(basename "$module" .xz)"
    number=$((number + 1))
  done
  (cd "$stage" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 | gzip -1) >"$target/initramfs.gz"
  mv "$root/boot/vmlinuz-$version" "$target/kernel"
  rm -rf "${root:?}/boot"
}

# modules_with_needs DIR NAME: the module's file after those of all modules that it needs.
modules_with_needs() {
  local line
  line=$(grep "/$2\.ko\.xz:" "$1/modules.dep") || return 0
  # modules.dep names what a module needs from the nearest to the farthest.
  { echo "${line%%:*}"; tr ' ' '\n' <<<"${line#*:}"; } | sed '/^$/d' | tac
}

make_disk() {
  local root=$1 target=$2
  mke2fs -q -t ext4 -L godwit-device -m 0 -E lazy_itable_init=1 -d "$root" "$target/disk.raw" "$disk_size" >/dev/null ||
    die "mke2fs could not write $target/disk.raw: is there room on the disk?"
}

# Removes builds that are neither the latest of their architecture nor the base of a device's disk.
drop_unused_builds() {
  local build name
  for build in "$home"/build/*-*/; do
    name=$(basename "$build")
    if [ "$name" != "$(readlink "$home/build/${name%-*}")" ] && ! grep -qsxF "$name" "$home"/machines/*/build; then
      rm -rf "$build"
    fi
  done
}
