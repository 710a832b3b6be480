#!/usr/bin/env bash
# Mail servers of others, and opendkim, for tests/mta.rs: Debian's packages, unpacked and never installed, for they conflict.
#
#     deploy/mta.sh fetch DEST                            postfix, exim, sendmail, opensmtpd, opendkim, each to DEST/NAME
#     deploy/mta.sh run DEST NAME FOLDER IP PORT REPLYD   one server on IP:PORT until standard input ends
#     deploy/mta.sh opendkim DEST FOLDER DNS FILE         what opendkim makes of a mail with DNS at 127.0.0.1:DNS
#
# What stands in DEST is left alone, so a second `fetch` does nothing; it needs no rights. `run` needs root, because these
# servers change users: it works in namespaces of its own (unshare), with users, spool and logs in FOLDER, and all of it ends
# with the script. It prints `ready` when the server answers.
#
# Each server is mx.customer.example, with a certificate from FOLDER/tls/ca.pem. It takes mail for customer.example from
# everybody, and with AUTH PLAIN (replyd, `secret`; only in TLS) also for elsewhere.example and acme.example. Both former end
# in the Maildir FOLDER/mail; the last goes on to replyd at IP:REPLYD. How each is told so stands in deploy/mta/NAME.sh.
# OpenSMTPD does it all in clear and without AUTH, which that of Debian 12 needs TLS for and cannot.
set -euo pipefail

die() { printf 'deploy/mta.sh: %s\n' "$*" >&2; exit 1; }
host=mx.customer.example
here=$(cd "$(dirname "$0")/.." && pwd)

# packages NAME: what a server is made of, beside what these need and the machine has not.
packages() {
    case $1 in
    postfix) echo postfix sasl2-bin libsasl2-modules libsasl2-modules-db ;;
    exim) echo exim4-daemon-light ;;
    opensmtpd) echo opensmtpd ;;
    sendmail) echo sendmail-bin sendmail-cf sasl2-bin libsasl2-modules libsasl2-modules-db ;;
    opendkim) echo opendkim opendkim-tools ;;
    *) die "there is no $1" ;;
    esac
}

# apt ARGUMENTS: apt-get with lists of its own, so that it needs no rights and takes none of the machine's as they are.
apt() {
    apt-get -qq -o "Dir::State::lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root -o Debug::NoLocking=1 "$@"
}

fetch_one() {
    local name=$1 folder=$2.$$ wanted
    mkdir -p "$folder/debs" "$folder/root"
    # Only asked what would be installed: nothing is, and nothing is removed for it.
    # shellcheck disable=SC2046
    wanted=$(apt install --print-uris --reinstall --no-install-recommends $(packages "$name") |
        sed -n "s/^'[^']*' \([^_]*\)_.*/\1/p") || die "apt does not know $(packages "$name"): apt-get update"
    # shellcheck disable=SC2086
    (cd "$folder/debs" && apt download $wanted) || die "Debian does not give $name"
    for deb in "$folder"/debs/*.deb; do
        dpkg -x "$deb" "$folder/root"
    done
    # Started by root where it has to be; nothing here raises rights by itself.
    find "$folder/root" -perm /6000 -type f -exec chmod ug-s {} +
    mv "$folder" "$2"
}

# libraries ROOT: the folders of ROOT with libraries, one a line.
libraries() { find "$1" -name '*.so*' -not -path '*/sasl2/*' -printf '%h\n' | sort -u; }

case ${1:-} in
fetch)
    dest=${2:?DEST}
    missing=()
    for name in postfix exim sendmail opensmtpd opendkim; do
        [ -d "$dest/$name" ] || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || exit 0
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mkdir -p "$dest" "$work/lists/partial" "$work/cache/archives/partial"
    apt update
    for name in "${missing[@]}"; do
        printf 'deploy/mta.sh: fetching %s\n' "$name" >&2
        fetch_one "$name" "$(realpath "$dest")/$name"
    done
    exit ;;
opendkim)
    root=$(realpath "${2:?DEST}")/opendkim/root folder=$3 dns=$4 file=$5
    printf 'server:\n    do-not-query-localhost: no\nforward-zone:\n    name: "."\n    forward-addr: 127.0.0.1@%s\n' \
        "$dns" >"$folder/unbound.conf"
    printf '%s\n' "ResolverConfiguration $folder/unbound.conf" 'Mode v' 'AlwaysAddARHeader yes' \
        "AuthservID $host" >"$folder/opendkim.conf"
    LD_LIBRARY_PATH=$(libraries "$root" | paste -sd:) exec "$root/usr/sbin/opendkim" -x "$folder/opendkim.conf" -vv -t "$file"
    ;;
run) ;;
*) die "usage: deploy/mta.sh fetch DEST | run DEST NAME FOLDER IP PORT REPLYD | opendkim DEST FOLDER DNS FILE" ;;
esac

name=${3:?NAME} root=$(realpath "${2:?DEST}")/$3/root folder=$(realpath "${4:?FOLDER}")
ip=${5:?IP} port=${6:?PORT} replyd=${7:?REPLYD}
[ "$(id -u)" -eq 0 ] || die "root is needed: mail servers change users"
[ -d "$root" ] || die "$root is missing: deploy/mta.sh fetch $2"
[ -f "$here/deploy/mta/$name.sh" ] || die "there is no server $name"

if [ -z "${MTA_INSIDE:-}" ]; then
    # A pid namespace ends with its first process, which is this script again.
    exec env MTA_INSIDE=1 unshare --mount --uts --pid --fork --kill-child --mount-proc --propagation private "$0" "$@"
fi

# user NAME ID: a user and a group of that name, where the machine has none.
user() {
    grep -q "^$1:" "$folder/etc/passwd" || printf '%s:x:%s:%s::/nonexistent:/bin/false\n' "$1" "$2" "$2" >>"$folder/etc/passwd"
    grep -q "^$1:" "$folder/etc/group" || printf '%s:x:%s:\n' "$1" "$2" >>"$folder/etc/group"
}

# sasl_user CONF: lets replyd in; CONF is for libsasl. Prints the folder of its modules.
sasl_user() {
    local modules
    modules=$(dirname "$(find "$root" -name libplain.so)")
    printf '%s\n' 'pwcheck_method: auxprop' 'auxprop_plugin: sasldb' "sasldb_path: $folder/conf/sasldb2" 'mech_list: PLAIN' >"$1"
    printf secret | SASL_PATH=$modules "$root/usr/sbin/saslpasswd2" -f "$folder/conf/sasldb2" -c -p -u "$host" replyd
    printf '%s\n' "$modules"
}

# The machine is seen as it is, but for its name and a copy of /etc.
chmod 755 "$folder"
mkdir -p "$folder"/{mail,spool,run,conf}
"$here/certs/dev-ca.sh" "$host" "$folder/tls" >/dev/null
chmod 755 "$folder/tls"
cp -a /etc "$folder/etc"
user mail 8
user postfix 64101
user postdrop 64102
user Debian-exim 64103
user smmsp 64104
user smmta 64105
user opensmtpd 64106
user opensmtpq 64107
(
    cd "$folder/etc"
    rm -f hosts resolv.conf nsswitch.conf
    printf '%s\n' '127.0.0.1 localhost' "$ip $host" >hosts
    # No DNS: a lookup fails at once.
    printf '%s\n' 'nameserver 127.0.0.1' 'options timeout:1 attempts:1' >resolv.conf
    printf '%s\n' 'passwd: files' 'group: files' 'hosts: files' >nsswitch.conf
)
# shellcheck disable=SC2046
ldconfig -C "$folder/etc/ld.so.cache" $(libraries "$root")
mount --bind "$folder/etc" /etc
echo "$host" >/proc/sys/kernel/hostname

answers() { (exec 3<>"/dev/tcp/$ip/$port" && IFS= read -r -t 5 line <&3 && [[ $line == 220* ]]) 2>/dev/null; }

# shellcheck source=/dev/null
. "$here/deploy/mta/$name.sh" &
server=$!
for _ in {1..100}; do
    if answers; then
        echo ready
        # Whoever started this holds the other end, and lets go of it also when it dies.
        cat >/dev/null
        exit
    fi
    kill -0 "$server" 2>/dev/null || die "$name has ended"
    sleep 0.1
done
die "$name does not answer"
