#!/bin/sh
# The compiler for deploy/fuzz.sh: marks our own code, and no dependency's, so that libFuzzer sees where an input went.
# The same as cargo-fuzz does; cargo calls this with the compiler and its arguments (RUSTC_WORKSPACE_WRAPPER).
exec "$@" --cfg fuzzing -Copt-level=1 -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares
