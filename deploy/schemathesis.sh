#!/usr/bin/env bash
# Schemathesis, for tests/schemathesis.rs: from PyPI, in a Python environment of its own.
#
#     deploy/schemathesis.sh fetch DEST    makes DEST, with DEST/bin/st; what stands there is left alone
#
# Nothing but the daemon under test is asked by it, at a loopback address.
set -euo pipefail

version=4.32.5
[ "${1:-}" = fetch ] && [ $# -eq 2 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 64; }
dest=$2
[ ! -e "$dest/fetched-$version" ] || exit 0
rm -rf "$dest"
/usr/bin/python3 -m venv "$dest" || { echo "deploy/schemathesis.sh: as root: apt-get install python3-venv" >&2; exit 1; }
"$dest/bin/pip" install -q "schemathesis==$version"
touch "$dest/fetched-$version"
