#!/usr/bin/env bash
# Fuzzes what reads mail: builds the targets of fuzz/ with the ordinary toolchain and runs them, two at a time.
#
#     deploy/fuzz.sh [SECONDS [TARGET…]]     60 seconds each target without
#
# What reaches new code is remembered in target/fuzz/TARGET, so that the next run begins there. An input that breaks a
# promise is put beside the seeds, as fuzz/seeds/TARGET/found-…: `cargo test --test seeds` then fails on it too. Fix what
# it shows and commit both. With cargo-fuzz and nightly, `cargo +nightly fuzz run TARGET` runs the same.
#
# Needs a C++ compiler (g++): libFuzzer comes as source.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-60}
shift $(($# > 0 ? 1 : 0))
[ $# -gt 0 ] || set -- mime quotes html tnef

# Octets of one input, octets of memory, seconds one input may take in this slow build.
len_max=32768
rss_mb_max=1024
timeout_secs=20

RUSTC_WORKSPACE_WRAPPER=$PWD/deploy/fuzz-rustc.sh cargo build --locked --quiet -p replyd-fuzz --bins
built=$(cargo metadata --locked --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')/debug

run_one() {
    local target=$1 kept=target/fuzz/$1
    mkdir -p "$kept"
    if "$built/$target" -max_total_time="$seconds" -max_len="$len_max" -rss_limit_mb="$rss_mb_max" \
        -timeout="$timeout_secs" -print_final_stats=1 -artifact_prefix="fuzz/seeds/$target/found-" \
        "$kept" "fuzz/seeds/$target" >"$kept.log" 2>&1; then
        printf '%-8s %9s inputs, %5s MiB at most\n' "$target" \
            "$(sed -n 's/^stat::number_of_executed_units: *//p' "$kept.log")" \
            "$(sed -n 's/^stat::peak_rss_mb: *//p' "$kept.log")"
    else
        printf '%s breaks a promise:\n' "$target"
        grep -E -A 3 'panicked at|ERROR|SUMMARY|Test unit written' "$kept.log" || tail -n 20 "$kept.log"
        return 1
    fi
}
export -f run_one
export seconds built len_max rss_mb_max timeout_secs

printf '%s\n' "$@" | xargs -P 2 -I{} bash -euo pipefail -c 'run_one {}'
