#!/bin/sh
# Builds the sample workloads and the probe and shows that they keep what README.md says of them.
# Needs a shell, the two compilers and root (or the right to trace one's own processes); no Docker.
#   test.sh [NAME...]     the named tests, else all
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
port=$((20000 + $$ % 10000))
started=
end_all() {
    for pid in $started; do
        kill -KILL "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
    done
    started=
}
finish() {
    end_all
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

fail() {
    echo "test.sh: $test: $1" >&2
    exit 1
}

# ---- looking into a process ----
address_of() { # PROGRAM SYMBOL: decimal
    hex=$(readelf -sW "$1" | awk -v name="$2" '$8 == name { print $2 }')
    echo $((0x$hex))
}

peek() { # PID ADDRESS COUNT: 64-bit words, signed decimal
    dd if="/proc/$1/mem" bs=1 skip="$2" count=$(($3 * 8)) 2>/dev/null | od -An -v -t d8 | awk '{ for (i = 1; i <= NF; i++) printf "%s ", $i }' | sed 's/ $//'
}

poke() { # PID ADDRESS, one of -2 -1 0 1
    case $3 in
        -2) bytes='\376\377\377\377\377\377\377\377' ;;
        -1) bytes='\377\377\377\377\377\377\377\377' ;;
        *) bytes="\\00$3\\000\\000\\000\\000\\000\\000\\000" ;;
    esac
    # shellcheck disable=SC2059
    printf "$bytes" | dd of="/proc/$1/mem" bs=8 seek="$2" oflag=seek_bytes conv=notrunc 2>/dev/null
}

await() { # SENTENCE COMMAND...: at most 10 s
    what=$1
    shift
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || fail "$what"
        sleep 0.05
    done
}

is() { [ "$1" = "$2" ] || fail "$3: expected '$1', found '$2'."; }

variable_is() { [ "$(peek "$pid" "$variable" 1)" = "$1" ]; }
ask_to_go() { # 0 or 1; returns when the program is parked
    poke "$pid" "$variable" "$1"
    await "the program did not park." variable_is -1
    [ "$(peek "$pid" "$registers" 1)" != 0 ] || fail "the program published nothing."
}
lines() { wc -l <"$1"; }
has_lines() { [ "$(lines "$1")" -ge "$2" ]; }
own_destination() { [ "$(uname -m)" = x86_64 ] && echo 1 || echo 0; }

start() { # PROGRAM ARGUMENT...: pid, variable, registers; output in $work/output
    program=$1
    : >"$work/output"
    "$@" >"$work/output" 2>&1 &
    pid=$!
    started="$started $pid"
    variable=$(address_of "$program" __migrate_gb_variable)
    registers=$(address_of "$program" regs_dst)
}
end() { # the exit status of the program started last
    status=0
    wait "$pid" || status=$?
}
start_counter() {
    start "$work/out/counter"
    await "counter printed nothing." has_lines "$work/output" 2
}
counts_without_gap() {
    awk -v isa="$(uname -m)" '$1 != isa || $2 != NR { print; exit 1 }' "$work/output" >&2 || fail "the numbers have a gap or a repeat."
}

# ---- the build ----
test_buildsTheSameBytesTwice() {
    sh "$here/build.sh" "$work/again"
    diff -r "$work/out" "$work/again" >&2 || fail "two builds differ."
}

test_bothExecutablesHaveTheSameLayout() {
    for name in counter kv; do
        sh "$here/check-symbols.sh" "$work/out/${name}_x86-64" "$work/out/${name}_aarch64" || fail "$name has two layouts."
        cmp -s "$work/out/$name" "$work/out/${name}_$(uname -m | sed s/x86_64/x86-64/)" || fail "$name is not this machine's."
        [ "$(readelf -lW "$work/out/${name}_aarch64" | awk '$1 == "LOAD" && $NF != "0x10000"' | wc -l)" = 0 ] || fail "$name has a segment not made for pages of 64 KiB."
    done
}

refuses_program() { # EXPECTED-WORDS; source in $work/broken.c
    if sh "$here/build-program.sh" broken "$work/broken" "$work/broken.c" 2>"$work/errors"; then
        fail "a broken program was accepted."
    fi
    grep -q "$1" "$work/errors" || fail "expected words '$1', found: $(cat "$work/errors")"
}

test_refusesASymbolThatOnlyOneExecutableHas() {
    cat >"$work/broken.c" <<'C'
#ifdef __aarch64__
int only_on_arm(void) { return 1; }
#endif
int main(void) { return 0; }
C
    refuses_program 'only_on_arm is at 0x[0-9a-f]* (FUNC) only in .*_aarch64'
}

test_refusesAnObjectOfTwoSizes() {
    echo '#ifdef __aarch64__
char buffer[64];
#else
char buffer[32];
#endif
int main(void) { return 0; }' >"$work/broken.c"
    refuses_program 'buffer is at 0x[0-9a-f]* (OBJECT, 32 bytes) only in .*_x86-64'
}

test_refusesInitialisedDataThatDiffers() {
    echo '#ifdef __aarch64__
long page = 65536;
#else
long page = 4096;
#endif
int main(void) { return 0; }' >"$work/broken.c"
    refuses_program '.data holds'
}

test_refusesThreadLocalVariables() {
    echo '__thread int counter = 1; int main(void) { return counter; }' >"$work/broken.c"
    refuses_program 'thread-local variables'
}

test_checkFailsWhenASymbolMoves() {
    # Another layout of the very same program, made by hand: two functions in the other order.
    echo 'int a(void) { return 1; } int b(void) { return 2; } int main(void) { return a() + b(); }' >"$work/moved.c"
    sh "$here/build-program.sh" moved "$work/moved" "$work/moved.c"
    echo 'int b(void) { return 2; } int a(void) { return 1; } int main(void) { return a() + b(); }' >"$work/moved.c"
    sh "$here/build-program.sh" moved "$work/moved-other" "$work/moved.c"
    if sh "$here/check-symbols.sh" "$work/moved/moved_x86-64" "$work/moved-other/moved_aarch64" 2>"$work/errors"; then
        fail "moved symbols were accepted."
    fi
    for name in a b; do
        [ "$(grep -c "^  $name is at 0x[0-9a-f]* (FUNC) only in" "$work/errors")" = 2 ] || fail "nothing is said of $name: $(cat "$work/errors")"
    done
}

test_literalsLieAlikeInWhateverOrderACompilerMeetsThem() {
    cat >"$work/literals.c" <<'C'
const char *word(int n) {
#ifdef __aarch64__
    return n ? "first" : "second";
#else
    return !n ? "second" : "first";
#endif
}
const char *kept = "kept";
int main(int argc, char **argv, char **envp) {
    (void)envp;
    kept = word(argc);
    return argv[0] == kept;
}
C
    sh "$here/build-program.sh" literals "$work/literals" "$work/literals.c" || fail "the literals lie differently."
}

test_saysWhichCompilerIsMissing() {
    mkdir -p "$work/path"
    for tool in sh dirname mkdir mktemp rm uname tr cat gcc readelf; do
        ln -sf "$(command -v $tool)" "$work/path/$tool"
    done
    for script in "$here/build.sh" "$here/../../restorer-agent/src/main/native/build.sh"; do
        if PATH="$work/path" sh "$script" "$work/none" 2>"$work/errors"; then
            fail "$script built without a cross compiler."
        fi
        grep -q "the C compiler for .*, .*-linux-gnu-gcc, is missing: install Debian's package gcc-.*-linux-gnu" "$work/errors" || fail "found: $(cat "$work/errors")"
    done
}

# ---- the contract ----
test_publishesForAarch64AndParks() {
    start_counter
    ask_to_go 0
    before=$(lines "$work/output")
    sleep 0.5
    is "$before" "$(lines "$work/output")" "lines printed while parked"
    entry=$(address_of "$program" migration_entry)
    top=$(($(address_of "$program" migration_stack) + 262144))
    # magic, sp, pc, x0
    is "$((0xAABCBDEADBEAF)) $top $entry $((0x6F6477697400))" "$(peek "$pid" "$registers" 4)" "published"
    # x28, x29, x30, then both halves of v0
    is "$((0x6F6477697400 + 28)) 0 0 $((0x6F6477697400 + 64)) $((0x6F6477697400 + 128))" "$(peek "$pid" $((registers + 248)) 5)" "published"
    is 0 "$(peek "$pid" "$(address_of "$program" tls_dst)" 1)" "tls_dst"
    poke "$pid" "$variable" -2
    await "the program did not go on." has_lines "$work/output" $((before + 3))
    is -1 "$(peek "$pid" "$variable" 1)" "the variable, gone on"
    is 0 "$(peek "$pid" "$registers" 1)" "the magic, gone on"
    counts_without_gap
    kill -TERM "$pid"
    end
    is 0 "$status" "exit status after SIGTERM"
}

test_publishesForX8664AndParks() {
    start_counter
    ask_to_go 1
    entry=$(address_of "$program" migration_entry)
    top=$(($(address_of "$program" migration_stack) + 262144))
    # magic, rip, rax
    is "$((0xA8664DEADBEAF)) $entry $((0x6F6477697400))" "$(peek "$pid" "$registers" 3)" "published"
    # rbp, rsp, r8; rflags
    is "0 $((top - 8)) $((0x6F6477697400 + 8))" "$(peek "$pid" $((registers + 64)) 3)" "published"
    is $((0x6F6477697400 + 64)) "$(peek "$pid" $((registers + 208)) 1)" "xmm0"
    is $((0x202)) "$(peek "$pid" $((registers + 616)) 1)" "rflags"
    poke "$pid" "$variable" -2
    await "the program did not go on." has_lines "$work/output" 8
    counts_without_gap
}

test_handlersChangeNothingWhileParked() {
    start "$work/out/kv" $port "$work/parked.log"
    await "kv did not start." has_lines "$work/output" 1
    ask_to_go 0
    ticks=$(address_of "$program" ticks)
    before=$(peek "$pid" "$ticks" 1)
    kill -TERM "$pid"
    sleep 0.5
    is "$before" "$(peek "$pid" "$ticks" 1)" "ticks while parked"
    is 1 "$(lines "$work/output")" "lines while parked"
    poke "$pid" "$variable" -2
    end
    is 0 "$status" "exit status after the SIGTERM that waited"
    is "END 0" "$(cat "$work/parked.log")" "the file"
}

test_aWithdrawnWishLeavesTheProgramRunning() {
    start_counter
    for value in -2 -2; do
        poke "$pid" "$variable" $value
        await "the variable is not idle again." variable_is -1
    done
    before=$(lines "$work/output")
    await "counter stopped." has_lines "$work/output" $((before + 2))
    counts_without_gap
}

test_aParkedProgramCanBeAskedAnew() {
    start_counter
    ask_to_go 0
    ask_to_go 1
    is $((0xA8664DEADBEAF)) "$(peek "$pid" "$registers" 1)" "the magic, asked anew"
    before=$(lines "$work/output")
    poke "$pid" "$variable" -2
    await "the program did not go on." has_lines "$work/output" $((before + 2))
    counts_without_gap
}

test_goesOnFromThePublishedRegistersTimeAndAgain() {
    start_counter
    for round in 1 2 3; do
        ask_to_go "$(own_destination)"
        before=$(lines "$work/output")
        "$work/tools/enter" "$pid" "$registers" || fail "round $round: the registers could not be set."
        await "round $round: counter did not go on." has_lines "$work/output" $((before + 2))
        is -1 "$(peek "$pid" "$variable" 1)" "the variable, entered"
        is 0 "$(peek "$pid" "$registers" 1)" "the magic, entered"
    done
    counts_without_gap
    kill -TERM "$pid"
    end
    is 0 "$status" "exit status after SIGTERM"
}

test_findsOutThatARegisterWasLost() {
    start_counter
    ask_to_go "$(own_destination)"
    "$work/tools/enter" "$pid" "$registers" spoil || fail "the registers could not be set."
    end
    is 70 "$status" "exit status"
    grep -q '^migration_point: after the move half of a vector register .* is 0x.*, published was 0x' "$work/output" || fail "found: $(cat "$work/output")"
}

test_theProgramOfTheReadmeKeepsTheContract() {
    sed -n '/^    #include "migration_point.h"/,/^    }$/p' "$here/README.md" | sed 's/^    //' >"$work/mine.c"
    sed -n '/^    int main/,/^    }$/p' "$here/README.md" | sed 's/^    //' >"$work/main.c"
    grep -q '^int main' "$work/mine.c" || cat "$work/main.c" >>"$work/mine.c"
    CFLAGS=-Werror sh "$here/build-program.sh" mine "$work/mine" "$work/mine.c"
    start "$work/mine/mine"
    ask_to_go 0
    count=$(peek "$pid" "$(address_of "$program" "done")" 1)
    sleep 0.2
    is "$count" "$(peek "$pid" "$(address_of "$program" "done")" 1)" "memory while parked"
    poke "$pid" "$variable" -2
    await "the program did not go on." variable_is -1
}

# ---- kv ----
say() { "$work/tools/ask" $port; }
keys() { awk -v from="$1" -v to="$2" 'BEGIN { for (i = from; i <= to; i++) print "SET key" i " value " i * 7 }'; }
gets() { awk -v to="$1" 'BEGIN { for (i = 1; i <= to; i++) print "GET key" i }'; }
values() { awk -v to="$1" 'BEGIN { for (i = 1; i <= to; i++) print "VALUE value " i * 7 }'; }

test_kvKeepsEverythingThroughPublishedRegisters() {
    GREETING='good day' && export GREETING
    start "$work/out/kv" $port "$work/kv.log" 'third argument'
    await "kv did not start." has_lines "$work/output" 1
    is 0 "$(keys 1 500 | say | grep -cv '^OK$')" "keys refused"
    signals=$(echo SIGNALS | say)
    is "SIGNALS SIGALRM=tick SIGTERM=stop SIGPIPE=ignored BLOCKED=0000000000006000 TIMER=100000" "$signals" "signals"
    sum=$(echo SUM | say)
    is "$(echo "$sum" | cut -d' ' -f2)" "$(echo "$sum" | cut -d' ' -f3)" "checksum"
    for round in 1 2; do
        ask_to_go "$(own_destination)"
        "$work/tools/enter" "$pid" "$registers" || fail "round $round: the registers could not be set."
        gets 500 | say >"$work/found"
        values 500 >"$work/expected"
        cmp -s "$work/expected" "$work/found" || fail "round $round: keys are lost."
        is "$sum" "$(echo SUM | say)" "checksum, round $round"
        is "$signals" "$(echo SIGNALS | say)" "signals, round $round"
    done
    is "ARGS 4 $work/out/kv $port $work/kv.log third argument" "$(echo ARGS | say)" "arguments"
    is "ENV good day" "$(echo 'ENV GREETING' | say)" "environment"
    is "ISA $(uname -m)" "$(echo ISA | say)" "ISA"
    is "PID $pid" "$(echo PID | say)" "PID"
    is "HEAP 0000001000000000 67108864" "$(echo HEAP | say)" "heap"
    keys 1 500 >"$work/expected"
    size=$(wc -c <"$work/expected")
    is "FILE $size $size $work/kv.log" "$(echo FILE | say | cut -d' ' -f1-3,5)" "file"
    cmp -s "$work/expected" "$work/kv.log" || fail "the file differs from what was set."
    echo FSUM | say | awk '{
        for (i = 1; i <= $4; i++) sum += 1 / i
        if ($4 < 2 || $3 - sum > 2e-9 || sum - $3 > 2e-9) { print; exit 1 }
    }' >&2 || fail "the sum is not that of the ticks."
    kill -TERM "$pid"
    end
    is 0 "$status" "exit status after SIGTERM"
    is "END 500" "$(tail -n 1 "$work/kv.log")" "last line of the file"
    grep -q "^kv $(uname -m) ends with 500 keys after [0-9]* ticks, file flushed$" "$work/output" || fail "found: $(cat "$work/output")"
}

test_kvSaysWhatIsWrongWithItsArguments() {
    for arguments in "" "$port" "0 $work/kv.log" "65536 $work/kv.log" "$port $work/no-such-folder/kv.log"; do
        status=0
        # shellcheck disable=SC2086
        timeout 5 "$work/out/kv" $arguments 2>"$work/errors" || status=$?
        is 1 "$status" "exit status of kv $arguments"
        grep -q '^kv: ' "$work/errors" || fail "kv $arguments says: $(cat "$work/errors")"
    done
}

# ---- the probe ----
test_probeWaitsUntilSigterm() {
    sh "$here/../../restorer-agent/src/main/native/build.sh" "$work/probe"
    for isa in x86-64 aarch64; do
        [ "$(wc -c <"$work/probe/probe_$isa")" -lt 8192 ] || fail "the probe for $isa is large."
    done
    "$work/probe/probe_$(uname -m | sed s/x86_64/x86-64/)" &
    pid=$!
    started="$started $pid"
    sleep 0.2
    kill -CONT "$pid" && kill -WINCH "$pid" && sleep 0.2 && kill -TERM "$pid" || fail "the probe did not wait."
    end
    is 0 "$status" "exit status after SIGTERM"
}

test=build
sh "$here/build.sh" "$work/out"
for tool in enter ask; do
    CFLAGS=-Werror sh "$here/build-program.sh" $tool "$work/tools" "$here/test/$tool.c"
done
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(sed -n 's/^test_\([A-Za-z0-9]*\)() {$/\1/p' "$0")
for test; do
    "test_$test"
    end_all
    echo "passed: $test"
done
