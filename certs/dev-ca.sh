#!/usr/bin/env bash
# A certificate authority for tests, and a server certificate from it. Nobody else believes it: not for the Internet.
#
#     certs/dev-ca.sh HOST FOLDER [DAYS]
#
# HOST is a host name or an IP address. Writes ca.pem, ca.key, HOST.pem (certificate, then the CA) and HOST.key. A CA that
# is in FOLDER already is used again, so that clients which trust it need not be told; the server certificate is made anew.
set -euo pipefail

die() { printf 'certs/dev-ca.sh: %s\n' "$*" >&2; exit 64; }
[ $# -ge 2 ] && [ $# -le 3 ] || die "usage: certs/dev-ca.sh HOST FOLDER [DAYS]"
host=$1 folder=$2 days=${3:-90}
[[ $host =~ ^[A-Za-z0-9.:_-]+$ ]] || die "$host is not a host name"
[[ $days =~ ^[0-9]+$ ]] || die "$days is not a number of days"
command -v openssl >/dev/null || die "openssl is missing: apt-get install openssl"

# Keys are made readable for us only.
umask 077
mkdir -p "$folder"
cd "$folder"

new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

if [ ! -s ca.pem ] || [ ! -s ca.key ]; then
    new_key ca.key
    openssl req -x509 -new -key ca.key -sha256 -days 3650 -subj "/CN=replyd test CA" \
        -addext "basicConstraints=critical,CA:TRUE,pathlen:0" -addext "keyUsage=critical,keyCertSign,cRLSign" -out ca.pem
fi

name="DNS:$host"
[[ $host =~ ^[0-9.]+$ || $host == *:* ]] && name="IP:$host"
work=$(mktemp -d -p .)
trap 'rm -rf "$work"' EXIT
new_key "$work/key"
openssl req -new -key "$work/key" -subj "/CN=${host:0:64}" -out "$work/request"
cat >"$work/extensions" <<EOF
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = $name
EOF
openssl x509 -req -in "$work/request" -CA ca.pem -CAkey ca.key -set_serial "0x$(openssl rand -hex 16)" -sha256 -days "$days" \
    -extfile "$work/extensions" -out "$work/certificate" 2>/dev/null
cat "$work/certificate" ca.pem >"$work/chain"
openssl verify -CAfile ca.pem "$work/certificate" >/dev/null

# Only keys are secret.
chmod 644 ca.pem "$work/chain"
# Renamed into place: a running daemon sees the old pair or the new, and takes the new one when both fit.
mv "$work/key" "$host.key"
mv "$work/chain" "$host.pem"
printf '%s\n' "$PWD/$host.pem" "$PWD/$host.key" "$PWD/ca.pem"
