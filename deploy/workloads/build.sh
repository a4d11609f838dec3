#!/bin/sh
# Builds the sample workloads for both ISAs: build.sh OUTDIR leaves there counter, counter_x86-64,
# counter_aarch64, kv, kv_x86-64 and kv_aarch64; the plain names are for this machine's ISA.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
[ $# -eq 1 ] || { echo "build.sh: expected the folder to build into, found $# arguments." >&2; exit 2; }
CFLAGS=-Werror sh "$here/build-program.sh" counter "$1" "$here"/counter/*.c
CFLAGS=-Werror sh "$here/build-program.sh" kv "$1" "$here"/kv/*.c
