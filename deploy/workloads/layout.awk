# Reads one line "object section type size alignment" (size in hexadecimal) per section and ISA,
# and prints a linker script in which every section has the room that the bigger of its two versions
# needs, so that every symbol has one address on both ISAs.
#
# Segments lie at multiples of 64 KiB, the largest page of an arm64 kernel, plus their offset in the
# file, so that the file stays dense:
#   R    ELF header, build id, read-only data with names, string literals, other read-only data
#   R X  code
#   R W  data, zeroed data

function fail(sentence) {
    print "layout.awk: " sentence | "cat 1>&2"
    failed = 1
    exit 1
}

function from_hex(digits,    i, value) {
    value = 0
    for (i = 1; i <= length(digits); i++) {
        value = value * 16 + index("0123456789abcdef", substr(digits, i, 1)) - 1
    }
    return value
}

function align(value, alignment) {
    return alignment > 1 ? int((value + alignment - 1) / alignment) * alignment : value
}

# Which output section a section of an object goes to; "" when it is not part of the program.
function place(section, type) {
    if (section ~ /^\.rodata\..*str[0-9]+\.[0-9]+$/) return "strings"
    if (section ~ /^\.rodata\..*cst[0-9]+$/ || section == ".rodata") return "constants"
    if (section ~ /^\.rodata\./ || section ~ /^\.data\.rel\.ro/) return "rodata"
    if (section ~ /^\.text(\.|$)/) return "text"
    if (section ~ /^\.data(\.|$)/) return "data"
    if (section ~ /^\.bss(\.|$)/) return "bss"
    if (section ~ /^\.(comment|symtab|strtab|shstrtab|note\.GNU-stack|note\.gnu\.property|debug_.*)$/) return ""
    if (section ~ /^\.(rela?)\./ || section ~ /^\.eh_frame$/ || section ~ /^\.group$/) return ""
    if (section ~ /^\.(tdata|tbss)/) fail(object " has thread-local variables: the contract has no place for them, make them plain variables")
    if (section ~ /^\.(init_array|fini_array|ctors|dtors)/) fail(object " has constructors or destructors: this runtime does not call them, call them from main")
    fail(object " has section " section ", which has no place in an equal layout")
}

{
    object = $1
    where = place($2, $3)
    size = from_hex($4)
    if (where == "" || size == 0) next
    if (where == "strings" || where == "constants") {
        # Laid out by the linker; room for all of both ISAs, each rounded up by its alignment.
        loose[where] += size + $5
        if ($5 > widest[where]) widest[where] = $5
        next
    }
    key = object SUBSEP $2
    if (!(key in room)) {
        order[where, ++count[where]] = key
        room[key] = 0
        alignment[key] = 1
    }
    if (size > room[key]) room[key] = size
    if ($5 + 0 > alignment[key]) alignment[key] = $5 + 0
}

# Gives every section of an output section its offset; sets total[where].
function assign(where,    i, key, offset) {
    offset = 0
    for (i = 1; i <= count[where]; i++) {
        key = order[where, i]
        offset = align(offset, alignment[key])
        offset_of[key] = offset
        offset += room[key]
    }
    total[where] = align(offset, 64)
}

function print_sections(where,    i, key, parts) {
    for (i = 1; i <= count[where]; i++) {
        key = order[where, i]
        split(key, parts, SUBSEP)
        printf "        . = 0x%x; KEEP(*%s(%s))\n", offset_of[key], parts[1], parts[2]
    }
    # What is left under the plain name is empty; to the linker it is a section all the same.
    printf "        *(.%s)\n        . = 0x%x;\n", where, total[where]
}

END {
    if (failed) exit 1
    assign("rodata"); assign("text"); assign("data"); assign("bss")
    # One byte at the end of each, so that neither is empty in one file only.
    total["strings"] = align(loose["strings"] + 1, 64)
    total["constants"] = align(loose["constants"] + 1, 64)

    base = 4194304                  # 0x400000
    page = 65536
    rodata = base + 512             # after the ELF header, 5 program headers, the build id
    strings = rodata + total["rodata"]
    constants = strings + total["strings"]
    first_end = constants + total["constants"]
    text = align(first_end, page) + first_end % page
    text_end = text + total["text"]
    data = align(text_end, page) + text_end % page
    bss = data + total["data"]

    print "ENTRY(_start)"
    print "PHDRS {"
    print "    constant PT_LOAD FILEHDR PHDRS FLAGS(4);"
    print "    code PT_LOAD FLAGS(5);"
    print "    variable PT_LOAD FLAGS(6);"
    print "    note PT_NOTE FLAGS(4);"
    print "    stack PT_GNU_STACK FLAGS(6);"
    print "}"
    print "SECTIONS {"
    printf "    . = 0x%x + SIZEOF_HEADERS;\n", base
    print "    .note.gnu.build-id : { *(.note.gnu.build-id) } :constant :note"
    printf "    .rodata 0x%x : {\n", rodata
    print_sections("rodata")
    print "    } :constant"
    printf "    .strings 0x%x : { *(.rodata.str* .rodata.*.str*) . = 0x%x; BYTE(0) } :constant\n", strings, total["strings"] - 1
    printf "    .constants 0x%x : { *(.rodata .rodata.cst* .rodata.*.cst*) . = 0x%x; BYTE(0) } :constant\n", constants, total["constants"] - 1
    printf "    .text 0x%x : {\n", text
    print_sections("text")
    print "    } :code"
    printf "    .data 0x%x : {\n", data
    print_sections("data")
    print "    } :variable"
    printf "    .bss 0x%x (NOLOAD) : {\n", bss
    print_sections("bss")
    print "    } :variable"
    print "    .got : { *(.got .got.plt .igot .igot.plt .plt .iplt .rela.*) }"
    print "    /DISCARD/ : { *(.comment .eh_frame .note.GNU-stack .note.gnu.property) }"
    print "    ASSERT(SIZEOF(.got) == 0, \"a global offset table is needed (a weak symbol that nobody defines?), and its place differs between the ISAs\")"
    print "}"
}
