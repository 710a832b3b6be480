#!/usr/bin/env bash
# Passes all tests, from nothing but a Rust toolchain on Debian: installs what tests need, builds them once, runs them.
#
#     deploy/test.sh            everything
#     deploy/test.sh NAME       only tests whose name holds NAME (arguments go to the test runner)
#     deploy/test.sh --install  nothing but what tests and deploy/fuzz.sh need from Debian
#
# All from Debian: swaks and openssl (a second opinion on our SMTP and TLS), python3 with dkim (a second opinion on our
# signatures) and with pip and yaml (`deploy/corpora.sh` fetches test mail of others with them, into target/corpora). Mail
# servers of others and opendkim are fetched too and not installed (`deploy/mta.sh`, into target/mta); they run as root only.
# Schemathesis comes from PyPI (`deploy/schemathesis.sh`, into target/schemathesis).
# Long campaigns are the same tests with a bigger number, from the environment: REPLYD_CRASH_CYCLES (20 kills),
# REPLYD_REBUILD_CONVERSATIONS (2,000), REPLYD_GROWTH (4,000 of anything), REPLYD_BODIES (10,000 letters),
# REPLYD_LEAVING_SEEDS (30), REPLYD_LEAVING_KILLS (10 kills and ten replies for each while letters leave; 200 is the long
# run), REPLYD_TEST_LOOP_MESSAGES (4,000), REPLYD_TEST_FLOOD_REQUESTS (1,000); REPLYD_MATRIX_SHARE=n sends every n-th mail only,
# REPLYD_BROWSER_SHARE=n shows every n-th hostile page in the browser (4; 1 is all of them), REPLYD_MIME_MUTANTS (2,000 damaged
# mails, set beside another parser), REPLYD_SCHEMATHESIS_EXAMPLES (5 requests for each operation), REPLYD_READING_SHARE=0 writes every form of every mail program in every way.
#
# REPLYD_TEST_OFFLINE=1 installs and fetches nothing and says what is missing; tests that need such mail or servers are then left out.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*" >&2; }
die() { printf 'deploy/test.sh: %s\n' "$*" >&2; exit 1; }

# Root, or sudo that asks for no password where nobody could type it.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif ! command -v sudo >/dev/null; then
        return 1
    elif [ -t 0 ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

install_packages() {
    local missing=("$@")
    [ -z "${REPLYD_TEST_OFFLINE:-}" ] || die "missing: ${missing[*]}"
    say "installing ${missing[*]}"
    if ! { as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q </dev/null &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" </dev/null; }; then
        die "the packages could not be installed; as root: apt-get update && apt-get install ${missing[*]}"
    fi
}

# What `python3` of Debian can import; another one may stand first in PATH.
imports() { /usr/bin/python3 -c "import $1" 2>/dev/null; }

needs() {
    local missing=()
    command -v swaks >/dev/null || missing+=(swaks)
    # What swaks speaks TLS with: its package only recommends it.
    perl -MNet::SSLeay -e 1 2>/dev/null || missing+=(libnet-ssleay-perl)
    command -v openssl >/dev/null || missing+=(openssl)
    command -v cc >/dev/null || missing+=(gcc libc6-dev)
    # What deploy/fuzz.sh builds libFuzzer with.
    command -v c++ >/dev/null || missing+=(g++)
    [ -x /usr/bin/python3 ] || missing+=(python3)
    imports dkim || missing+=(python3-dkim)
    # What dkim checks Ed25519 with.
    imports nacl || missing+=(python3-nacl)
    # What hostile mail is shown in.
    command -v chromium >/dev/null || missing+=(chromium)
    # What fetches that which looks at our pages.
    command -v npm >/dev/null || missing+=(npm)
    # What unpacks the sources of Debian; a small system has none.
    command -v xz >/dev/null || missing+=(xz-utils)
    # What fetches test mail.
    imports pip || missing+=(python3-pip)
    # What Schemathesis is kept apart in.
    imports ensurepip || missing+=(python3-venv)
    imports yaml || missing+=(python3-yaml)
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

command -v cargo >/dev/null || die "cargo is missing: https://rustup.rs, or apt-get install cargo when it is $(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml) or later"
needs
[ -n "${REPLYD_TEST_OFFLINE:-}" ] || deploy/mta.sh fetch target/mta
[ -n "${REPLYD_TEST_OFFLINE:-}" ] || deploy/corpora.sh target/corpora axe
[ "${1:-}" != --install ] || exit 0
# For tests that ask a second opinion of Python.
export REPLYD_TEST_PYTHON=/usr/bin/python3
[ -n "${REPLYD_TEST_OFFLINE:-}" ] || deploy/corpora.sh target/corpora
[ -n "${REPLYD_TEST_OFFLINE:-}" ] || deploy/schemathesis.sh fetch target/schemathesis

# Many sockets at once; the limit that is there stays where it may not be raised.
ulimit -n 8192 2>/dev/null || true

# cargo's own words come last: they are the result.
if cargo nextest --version >/dev/null 2>&1; then
    say "cargo nextest run"
    exec cargo nextest run --locked --no-fail-fast "$@"
fi
say "cargo test"
exec cargo test --locked --no-fail-fast --lib --bins --tests "$@"
