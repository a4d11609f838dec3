#!/bin/sh
# Builds the probe and the runtime for both ISAs: build.sh OUTDIR leaves OUTDIR/probe_x86-64, OUTDIR/probe_aarch64,
# OUTDIR/runtime_x86-64 and OUTDIR/runtime_aarch64, static, without a C library, a few KB each, the same bytes from the
# same compiler every time.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
[ $# -eq 1 ] || { echo "build.sh: expected the folder to build into, found $# arguments." >&2; exit 2; }

compiler_of() {
    if [ "$(uname -m)" = "$1" ] && command -v gcc >/dev/null; then
        echo gcc
    else
        echo "$1-linux-gnu-gcc"
    fi
}

for isa in x86_64 aarch64; do
    command -v "$(compiler_of $isa)" >/dev/null || {
        echo "build.sh: the C compiler for $isa, $(compiler_of $isa), is missing: install Debian's package gcc-$(echo $isa | tr _ -)-linux-gnu." >&2
        exit 1
    }
done

# build PROGRAM ISA OPTION...; segments at multiples of 64 KiB: some arm64 kernels have such pages.
build() {
    program=$1
    isa=$2
    shift 2
    "$(compiler_of "$isa")" "$@" -std=gnu11 -Os -Wall -Wextra -Werror -ffreestanding -fno-pic -fno-pie \
        -fno-tree-loop-distribute-patterns -fno-stack-protector -fno-asynchronous-unwind-tables -fno-ident \
        -ffile-prefix-map="$here=." -nostdlib -static -no-pie -Wl,--build-id=sha1 -Wl,-z,noseparate-code \
        -Wl,-z,max-page-size=65536 -Wl,-z,common-page-size=4096 -Wl,-z,noexecstack \
        "$here/$program.c" -o "$out/${program}_$(echo "$isa" | tr _ -)"
}
out=$1
mkdir -p "$out"
for program in probe runtime; do
    build "$program" x86_64 -march=x86-64 -fcf-protection=none
    build "$program" aarch64 -march=armv8-a -mbranch-protection=none
done
