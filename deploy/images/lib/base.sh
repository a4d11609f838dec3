# shellcheck shell=bash
# shellcheck disable=SC2154 # build.sh sets what is read here
# What every image stands on: a little of Debian, and Java 25. Sourced by build.sh.

readonly debian_release=trixie
readonly base_image=godwit/base:13
# What the services and Kafka use; all that is Java itself, and of the JDK's own what they would miss.
readonly java_modules=java.se,jdk.crypto.ec,jdk.httpserver,jdk.jcmd,jdk.management,jdk.naming.dns,jdk.unsupported,jdk.zipfs

base_step() {
  local inputs
  if [ "$registry" = yes ]; then
    stage base
    cp "$here/base/healthy" "$context/"
    docker_build "$base_image" "$here/base/Dockerfile" --build-arg "MODULES=$java_modules"
    return
  fi
  inputs=$(cat "$here/base/packages.txt" "$here/base/healthy" "$here/lib/base.sh" "$(jdk)/release" | sha256sum | cut -c1-12)
  if [ "$(image_label "$base_image")" = "$inputs" ]; then return; fi
  say "making $base_image of Debian $debian_release packages and $(jdk)"
  base_root
  tar --sort=name --numeric-owner --mtime=@0 -C "$root" -c . |
    docker import --change "LABEL io.godwit.inputs=$inputs" --change 'ENV JAVA_HOME=/opt/java' - "$base_image" >/dev/null ||
    die "The Engine did not take $base_image."
  rm -rf "$root"
}

# The JDK 25 of this machine, as setup.sh finds it.
jdk() { "$here/../setup/setup.sh" --print-java-home; }

base_root() {
  local wanted omitted deb
  mapfile -t wanted < <(sed -n '/^[a-z]/s/ .*//p' "$here/base/packages.txt")
  mapfile -t omitted < <(sed -n 's/^- //p' "$here/base/packages.txt")
  rm -f "$home/apt/status"
  private_apt_create "$home/apt" "$debian_release" "$(dpkg --print-architecture)"
  private_apt "$home/apt" update >"$home/log" 2>&1 || die "apt could not read the package lists: see $home/log."
  private_apt_without "$home/apt" "${omitted[@]}"
  private_apt_fetch "$home/apt" "${wanted[@]}" 2>>"$home/log" | LC_ALL=C sort >"$home/debs"
  [ -s "$home/debs" ] || die "apt could not fetch the packages: see $home/log."
  root=$(mktemp -d "$home/root.XXXXXX")
  chmod 755 "$root"
  # base-files holds the links /bin, /lib and /sbin, so it goes first.
  { grep '^base-files_' "$home/debs"; grep -v '^base-files_' "$home/debs"; } | while read -r deb; do
    dpkg-deb --fsys-tarfile "$home/apt/archives/$deb" |
      tar -x -C "$root" --keep-directory-symlink --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' \
        --exclude='./usr/share/locale/*' --exclude='./usr/share/bug/*' --exclude='./usr/share/bash-completion/*' \
        --exclude='./usr/share/lintian/*' --exclude='./usr/lib/systemd/*' --exclude='./usr/share/info/*' \
        --exclude='./usr/lib/*/gconv/*' || die "Cannot unpack $deb."
  done
  base_configure "$root"
}

# Does the little of what the packages' own scripts would have done that the services need.
base_configure() {
  local root=$1
  ln -sf mawk "$root/usr/bin/awk"
  [ -e "$root/usr/bin/sh" ] || ln -s dash "$root/usr/bin/sh"
  cp "$root/usr/share/base-passwd/passwd.master" "$root/etc/passwd"
  cp "$root/usr/share/base-passwd/group.master" "$root/etc/group"
  echo 'godwit:x:10001:10001::/nonexistent:/usr/sbin/nologin' >>"$root/etc/passwd"
  echo 'godwit:x:10001:' >>"$root/etc/group"
  printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
  mkdir -p "$root/etc/ssl/certs"
  cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
  chmod 1777 "$root/tmp" "$root/var/tmp"
  install -d -o 10001 -g 10001 "$root/var/lib/godwit"
  install -D -m 755 "$here/base/healthy" "$root/usr/local/bin/healthy"
  "$(jdk)/bin/jlink" --add-modules "$java_modules" --strip-java-debug-attributes --no-header-files --no-man-pages \
    --output "$root/opt/java" >"$home/log" 2>&1 || die "jlink of $(jdk) failed: see $home/log."
}
