#!/bin/sh
# Builds the probe for both ISAs: build.sh OUTDIR leaves OUTDIR/probe_x86-64 and OUTDIR/probe_aarch64,
# static, without a C library, a few KB each, the same bytes from the same compiler every time.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
[ $# -eq 1 ] || { echo "build.sh: expected the folder to build into, found $# arguments." >&2; exit 2; }
mkdir -p "$1"

for isa in x86_64 aarch64; do
    compiler=$isa-linux-gnu-gcc
    [ "$(uname -m)" != "$isa" ] || ! command -v gcc >/dev/null || compiler=gcc
    name=$(echo $isa | tr _ -)
    command -v "$compiler" >/dev/null || {
        echo "build.sh: the C compiler for $isa, $compiler, is missing: install Debian's package gcc-$name-linux-gnu." >&2
        exit 1
    }
    case $isa in
        x86_64) own="-m64 -march=x86-64 -fcf-protection=none" ;;
        aarch64) own="-march=armv8-a -mbranch-protection=none" ;;
    esac
    # Segments at multiples of 64 KiB: some arm64 kernels have such pages.
    # shellcheck disable=SC2086
    $compiler $own -std=gnu11 -Os -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-pie \
        -fno-stack-protector -fno-asynchronous-unwind-tables -fno-ident \
        -ffile-prefix-map="$here=." -nostdlib -static -no-pie -Wl,--build-id=sha1 -Wl,-z,noseparate-code \
        -Wl,-z,max-page-size=65536 -Wl,-z,common-page-size=4096 -Wl,-z,noexecstack \
        "$here/probe.c" -o "$1/probe_$name"
done
