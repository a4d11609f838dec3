#!/bin/sh
# Makes Debian packages of the distributions that the build left in target/dist: build.sh OUTDIR.
#
#   godwit-checkpointer, godwit-restorer-agent, godwit-converter   a service each, with its systemd unit
#   godwit                                                        the command
#
# for amd64 and arm64. The same bytes make the same packages. They bring no Java: Debian 13 has openjdk-25-jre-headless,
# elsewhere put a Java 25 where /etc/godwit/godwit.env says (JAVA_HOME).
set -eu
[ $# -eq 1 ] || { echo "build.sh: expected the folder for the packages, found $# arguments." >&2; exit 2; }
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(CDPATH='' cd -- "$here/../.." && pwd)
out=$1
version=$(sed -n 's,^  <version>\(.*\)</version>$,\1,p' "$root/pom.xml" | head -n 1 | sed 's/-SNAPSHOT/~snapshot/')
# Of everything in the packages; dpkg-deb takes it from here.
SOURCE_DATE_EPOCH=1767225600
export SOURCE_DATE_EPOCH

describe() { # SERVICE
    case $1 in
        checkpointer) echo "moves this machine's running containers to devices" ;;
        restorer-agent) echo "takes running containers in on this machine" ;;
        converter) echo "grafts checkpoints onto their devices' templates" ;;
        godwit) echo "moves running containers between machines: the command" ;;
    esac
}

depends() { # SERVICE
    case $1 in
        converter | godwit) echo "adduser" ;;
        # What they call, and the Engine that calls CRIU.
        *) echo "docker.io | docker-ce, iptables, tar, util-linux, coreutils, procps, adduser" ;;
    esac
}

scripts() { # NAME CONTROL-FOLDER
    cat >"$2/postinst" <<'END'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
    getent group godwit >/dev/null || addgroup --system --quiet godwit
    if [ ! -e /etc/godwit/godwit.env ]; then
        install -d -m 750 -g godwit /etc/godwit
        install -m 640 -g godwit /usr/share/doc/@NAME@/godwit.env.example /etc/godwit/godwit.env
    fi
    if [ -d /run/systemd/system ] && [ -e /usr/lib/systemd/system/@NAME@.service ]; then
        systemctl daemon-reload
        # Never started before its settings are there: enable it with systemctl enable --now @NAME@.
        systemctl try-restart @NAME@.service || true
    fi
fi
END
    cat >"$2/prerm" <<'END'
#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ] && [ -e /usr/lib/systemd/system/@NAME@.service ]; then
    systemctl --quiet disable --now @NAME@.service || true
fi
END
    sed -i "s/@NAME@/$1/g" "$2/postinst" "$2/prerm"
    chmod 755 "$2/postinst" "$2/prerm"
}

package() { # SERVICE FOLDER ARCHITECTURE
    service=$1
    dist=$root/$2/target/dist
    name=godwit-$service
    [ "$service" != godwit ] || name=godwit
    [ -x "$dist/bin/$service" ] || { echo "build.sh: $dist/bin/$service is missing: build it first (mvn package)." >&2; exit 1; }
    work=$(mktemp -d)
    chmod 755 "$work"
    mkdir -p "$work/DEBIAN" "$work/usr/lib/godwit/$service" "$work/usr/share/doc/$name"
    cp -r "$dist/." "$work/usr/lib/godwit/$service"
    cp "$root/README.md" "$here/godwit.env.example" "$work/usr/share/doc/$name"
    if [ -e "$here/systemd/$name.service" ]; then
        mkdir -p "$work/usr/lib/systemd/system"
        cp "$here/systemd/$name.service" "$work/usr/lib/systemd/system"
    else
        mkdir -p "$work/usr/bin"
        ln -s "../lib/godwit/$service/bin/$service" "$work/usr/bin/$service"
    fi
    scripts "$name" "$work/DEBIAN"
    {
        printf 'Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: Godwit\nSection: admin\nPriority: optional\n' \
            "$name" "$version" "$3"
        printf 'Installed-Size: %s\n' "$(du -sk --apparent-size "$work/usr" | cut -f1)"
        printf 'Depends: %s\n' "$(depends "$service")"
        printf 'Recommends: openjdk-25-jre-headless\n'
        printf 'Description: %s\n' "$(describe "$service")"
        printf ' Godwit moves running containers from one machine to another, with their memory,\n open files and place in the program.\n'
    } >"$work/DEBIAN/control"
    find "$work" -type d -exec chmod 755 {} +
    find "$work/usr" -type f ! -path '*/bin/*' -exec chmod 644 {} +
    # Jars are compressed already.
    dpkg-deb --root-owner-group -Zgzip -z1 --build "$work" "$out/${name}_${version}_$3.deb" >/dev/null
    rm -rf "$work"
}

mkdir -p "$out"
for architecture in amd64 arm64; do
    package checkpointer checkpointer "$architecture"
    package restorer-agent restorer-agent "$architecture"
    package converter converter "$architecture"
    package godwit deploy "$architecture"
done
