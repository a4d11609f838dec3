#!/bin/sh
# Fails unless two executables of one program agree in everything that a moved process carries along:
#   check-symbols.sh X86_64 AARCH64
# every symbol (name, address, kind; of objects the size too), where the segments lie in memory and
# how large data and zeroed data are, the bytes of initialised data (so every pointer in it), and the
# bytes of string literals (so every pointer to one).
set -eu
[ $# -eq 2 ] || { echo "check-symbols.sh: expected two executables, found $# arguments." >&2; exit 2; }
for file; do
    [ -r "$file" ] || { echo "check-symbols.sh: $file cannot be read." >&2; exit 2; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Names that the assembler makes for itself ($x, $d: arm64's marks of code and data) are no symbols.
symbols() {
    readelf -sW "$1" | awk '
        $1 ~ /^[0-9]+:$/ && $4 != "FILE" && $4 != "SECTION" && $7 != "UND" && $8 != "" && $8 !~ /^\$[xd]/ {
            print $8, "is at 0x" $2 " (" $4 ($4 == "OBJECT" ? ", " $3 " bytes)" : ")")
        }' | LC_ALL=C sort
}

segments() {
    readelf -lW "$1" | awk '$1 == "LOAD" { print "segment", "is at " $3 ", " $6 " bytes, file offset " $2 ", " $7 $8 $9 }' |
        sed 's/0x10000$//'
}

section_bytes() {
    readelf -x "$2" "$1" 2>/dev/null | awk -v name="$2" '/^  0x/ { print name, "holds " $0 }'
}

facts() {
    symbols "$1"
    segments "$1"
    section_bytes "$1" .data
    section_bytes "$1" .strings
}

facts "$1" >"$work/a"
facts "$2" >"$work/b"
grep -q ' (FUNC)$' "$work/a" && grep -q ' (FUNC)$' "$work/b" || {
    echo "check-symbols.sh: $1 or $2 has no function symbols: it is stripped, or no executable of ours." >&2
    exit 1
}
if cmp -s "$work/a" "$work/b"; then
    exit 0
fi
{
    echo "check-symbols.sh: $1 and $2 differ, so a process cannot move between them:"
    diff "$work/a" "$work/b" | awk -v a="$1" -v b="$2" '
        /^</ { sub(/^< /, ""); name = $1; sub(/^[^ ]+ /, ""); print "  " name " " $0 " only in " a }
        /^>/ { sub(/^> /, ""); name = $1; sub(/^[^ ]+ /, ""); print "  " name " " $0 " only in " b }'
} >&2
exit 1
