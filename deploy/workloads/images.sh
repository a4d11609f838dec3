#!/bin/sh
# Makes the Docker images godwit/counter and godwit/kv of what build.sh left in OUTDIR: images.sh OUTDIR.
# Each holds the program for this machine's ISA (/counter, /kv), its twins beside it, and nothing else.
set -eu
[ $# -eq 1 ] || { echo "images.sh: expected the folder that build.sh built into, found $# arguments." >&2; exit 2; }
out=$1
docker version >/dev/null 2>&1 || {
    echo "images.sh: no Docker Engine answers: start one (dockerd --experimental), or set DOCKER_HOST." >&2
    exit 1
}

image() { # NAME CHANGE...
    name=$1
    shift
    for file in "$name" "${name}_x86-64" "${name}_aarch64"; do
        [ -x "$out/$file" ] || { echo "images.sh: $out/$file is missing: run build.sh $out first." >&2; exit 1; }
    done
    # The same bytes make the same layer: names in order, no owner, no time.
    tar --sort=name --owner=0 --group=0 --numeric-owner --mode=755 --mtime=@0 -C "$out" \
        -c "$name" "${name}_aarch64" "${name}_x86-64" | docker import "$@" - "godwit/$name" >/dev/null
}

image counter --change 'CMD ["/counter"]'
image kv --change 'CMD ["/kv", "7070", "/kv.log"]' --change 'EXPOSE 7070' --change 'ENV GODWIT_WORKLOAD=kv'
