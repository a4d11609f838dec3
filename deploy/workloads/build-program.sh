#!/bin/sh
# Builds one program for both ISAs, every symbol at the same address in both.
#   build-program.sh NAME OUTDIR SOURCE.c...
# leaves OUTDIR/NAME_x86-64, OUTDIR/NAME_aarch64 and OUTDIR/NAME (for this machine's ISA). Of two
# sources no two may have the same file name. More compiler options: CFLAGS in the environment.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

fail() {
    echo "build-program.sh: $1" >&2
    exit 1
}

[ $# -ge 3 ] || fail "expected NAME OUTDIR SOURCE.c..., found $# arguments."
name=$1
out=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# On its own ISA the machine's plain gcc serves, on the other the cross compiler.
compiler_of() {
    if [ "$(uname -m)" = "$1" ] && command -v gcc >/dev/null; then
        echo gcc
    else
        echo "$1-linux-gnu-gcc"
    fi
}

for isa in x86_64 aarch64; do
    command -v "$(compiler_of $isa)" >/dev/null || fail "the C compiler for $isa, $(compiler_of $isa), is missing: install Debian's package gcc-$(echo $isa | tr _ -)-linux-gnu."
done
command -v readelf >/dev/null || fail "readelf is missing: install Debian's package binutils."

mkdir -p "$out"

# Optimised for size: then both ISAs align string literals alike. Nothing is inlined, cloned, merged
# or left out by one compiler and not by the other; a product and a sum are never fused into one
# operation, so that floating-point results are the same bits.
options="-std=gnu11 -Os -Wall -Wextra -Wno-unused-parameter -ffreestanding -fno-pic -fno-pie -fno-common
    -ffunction-sections -fdata-sections -fno-toplevel-reorder -fno-section-anchors
    -fno-inline -fno-ipa-sra -fno-ipa-cp -fno-ipa-icf -fno-ipa-ra -fno-partial-inlining
    -fno-reorder-functions -fno-reorder-blocks-and-partition -fno-jump-tables
    -fno-tree-loop-distribute-patterns -fno-stack-protector -fno-asynchronous-unwind-tables
    -ffp-contract=off -fno-ident"
options_of() {
    case $1 in
        x86_64) echo "-m64 -march=x86-64 -fcf-protection=none" ;;
        aarch64) echo "-march=armv8-a -mno-outline-atomics -mbranch-protection=none" ;;
    esac
}

compile() (
    isa=$1
    shift
    mkdir "$work/$isa"
    # shellcheck disable=SC2046,SC2086
    for source; do
        object=$(basename "$source" .c).o
        [ ! -e "$work/$isa/$object" ] || fail "two sources are named $(basename "$source"): rename one."
        $(compiler_of "$isa") $options $(options_of "$isa") -ffile-prefix-map="$here=." -I"$here/include" ${CFLAGS:-} \
            -c "$source" -o "$work/$isa/$object"
    done
)
compile x86_64 "$here"/runtime/*.c "$@" &
x86=$!
compile aarch64 "$here"/runtime/*.c "$@"
wait $x86

# "object section type size alignment" of every section; flags may be absent, so count from the end.
for object in "$work"/x86_64/*.o "$work"/aarch64/*.o; do
    readelf -SW "$object" | sed -n 's/^ *\[ *[0-9]*\] *\(\..*\)$/\1/p' |
        awk -v object="$(basename "$object")" '{ print object, $1, $2, $5, $NF }'
done | awk -f "$here/layout.awk" >"$work/layout.ld" || fail "no equal layout for $name, see above."

# The linker merges equal literals and keeps the order in which it meets them, and compilers differ in
# that order. So both executables get one more object, linked first, with the literals of both.
for object in "$work"/x86_64/*.o "$work"/aarch64/*.o; do
    sections=$(readelf -SW "$object" | sed -n 's/^ *\[ *[0-9]*\] *\(\.rodata[^ ]*str1\.1\) .*$/-x \1/p')
    # shellcheck disable=SC2086
    [ -z "$sections" ] || readelf $sections "$object"
done | awk '
    BEGIN { print ".section .rodata.str1.1,\"aMS\",@progbits,1" }
    /^  0x/ {
        hex = substr($0, 14, 36) # four groups of eight digits; behind them the same as characters
        gsub(/ /, "", hex)
        gsub(/../, "0x&,", hex)
        print ".byte " substr(hex, 1, length(hex) - 1)
    }
    END { print ".section .note.GNU-stack,\"\",@progbits" }' >"$work/literals.s"

for isa in x86_64 aarch64; do
    compiler=$(compiler_of $isa)
    twin=$out/${name}_$(echo $isa | sed s/x86_64/x86-64/)
    "$compiler" -c "$work/literals.s" -o "$work/literals_$isa.o"
    "$compiler" -nostdlib -static -no-pie -Wl,--build-id=sha1 -Wl,-z,max-page-size=65536 \
        -Wl,-z,noexecstack -Wl,--orphan-handling=error -Wl,-T,"$work/layout.ld" \
        "$work/literals_$isa.o" "$work/$isa"/*.o -o "$twin"
done
sh "$here/check-symbols.sh" "$out/${name}_x86-64" "$out/${name}_aarch64"
cp "$out/${name}_$(uname -m | sed s/x86_64/x86-64/)" "$out/$name"
