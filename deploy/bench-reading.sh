#!/usr/bin/env bash
# How long reading a mail takes, beside mail-parser and talon: the table of the README. See benches/reading/main.rs.
#
# talon comes from PyPI into target/bench-talon; nothing of it is used but for this. Needs a Python with pip: the one that
# REPLYD_TEST_PYTHON names, or python3.
set -euo pipefail
cd "$(dirname "$0")/.."

python=${REPLYD_TEST_PYTHON:-python3}
talon=$PWD/target/bench-talon
[ -d "$talon" ] || {
    "$python" -m pip install --quiet --disable-pip-version-check --target "$talon.$$" talon==1.4.4
    mv "$talon.$$" "$talon"
}
export REPLYD_BENCH_TALON=$python PYTHONPATH=$talon PYTHONWARNINGS=ignore
# As packages ship.
exec cargo bench --locked --profile dist --bench reading
