#!/usr/bin/env bash
# Mail servers of others, and opendkim, for tests/mta.rs: Debian's packages, unpacked and never installed, for they conflict.
#
#     deploy/mta.sh fetch DEST                            postfix, exim, … and opendkim, each to DEST/NAME
#     deploy/mta.sh run DEST NAME FOLDER IP PORT REPLYD   one server on IP:PORT until standard input ends
#     deploy/mta.sh opendkim DEST FOLDER DNS FILE         what opendkim makes of a mail with DNS at 127.0.0.1:DNS
#
# What stands in DEST is left alone, so a second `fetch` does nothing; it needs no rights. `run` needs root, because these
# servers change users: it works in namespaces of its own (unshare), with users, spool and logs in FOLDER, and all of it ends
# with the script. It prints `ready` when the server answers.
#
# Each server is mx.customer.example, with a certificate from FOLDER/tls/ca.pem. It takes mail for customer.example from
# everybody, and with AUTH PLAIN (replyd, `secret`; only in TLS) also for elsewhere.example and acme.example. Both former end
# in the Maildir FOLDER/mail; the last goes on to replyd at IP:REPLYD.
set -euo pipefail

die() { printf 'deploy/mta.sh: %s\n' "$*" >&2; exit 1; }
host=mx.customer.example
here=$(cd "$(dirname "$0")/.." && pwd)

# packages NAME: what a server is made of, beside what these need and the machine has not.
packages() {
    case $1 in
    postfix) echo postfix sasl2-bin libsasl2-modules libsasl2-modules-db ;;
    exim) echo exim4-daemon-light ;;
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
    for name in postfix exim opendkim; do
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
[ -d "$root" ] || die "$root is missing: deploy/mta.sh fetch ${2}"

if [ -z "${MTA_INSIDE:-}" ]; then
    # A pid namespace ends with its first process, which is this script again.
    exec env MTA_INSIDE=1 unshare --mount --pid --fork --kill-child --mount-proc --propagation private "$0" "$@"
fi

# with_user NAME ID: a user and a group of that name, where the machine has none.
with_user() {
    grep -q "^$1:" "$folder/passwd" || printf '%s:x:%s:%s::/nonexistent:/bin/false\n' "$1" "$2" "$2" >>"$folder/passwd"
    grep -q "^$1:" "$folder/group" || printf '%s:x:%s:\n' "$1" "$2" >>"$folder/group"
}

# over FILE-OR-FOLDER PLACE: stands in that place here.
over() { mount --bind "$1" "$2"; }

chmod 755 "$folder"
mkdir -p "$folder"/{mail,spool,varlib,run,etc}
"$here/certs/dev-ca.sh" "$host" "$folder/tls" >/dev/null
chmod 755 "$folder/tls"
cp /etc/passwd /etc/group "$folder"
with_user mail 8
with_user postfix 64101
with_user postdrop 64102
with_user Debian-exim 64103
over "$folder/passwd" /etc/passwd
over "$folder/group" /etc/group
# No DNS: a lookup fails at once.
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$folder/etc/resolv.conf"
printf 'passwd: files\ngroup: files\nhosts: files\n' >"$folder/etc/nsswitch.conf"
over "$folder/etc/resolv.conf" /etc/resolv.conf
[ ! -e /etc/nsswitch.conf ] || over "$folder/etc/nsswitch.conf" /etc/nsswitch.conf
libraries "$root" >"$folder/etc/libraries"
ldconfig -C "$folder/etc/ld.so.cache" $(cat "$folder/etc/libraries")
over "$folder/etc/ld.so.cache" /etc/ld.so.cache

postfix() {
    local etc=$folder/etc/postfix
    mkdir -p "$etc/sasl" "$folder/data"
    (cd "$folder/spool" && mkdir active bounce corrupt defer deferred flush hold incoming maildrop pid private public saved trace)
    chown postfix "$folder/data" "$folder"/spool/*
    chown root "$folder/spool/pid"
    chown mail "$folder/mail"
    printf '%s\n' 'pwcheck_method: auxprop' 'auxprop_plugin: sasldb' "sasldb_path: $etc/sasldb2" 'mech_list: PLAIN' >"$etc/sasl/smtpd.conf"
    local sasl
    sasl=$(dirname "$(find "$root" -name 'libplain.so')")
    printf secret | SASL_PATH=$sasl "$root/usr/sbin/saslpasswd2" -f "$etc/sasldb2" -c -p -u "$host" replyd
    chown postfix "$etc/sasldb2"
    cat >"$etc/main.cf" <<EOF
compatibility_level = 3.6
import_environment = MAIL_CONFIG MAIL_LOGTAG LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME SASL_PATH=$sasl
queue_directory = $folder/spool
data_directory = $folder/data
daemon_directory = $root/usr/lib/postfix/sbin
command_directory = $root/usr/sbin
meta_directory = $etc
maillog_file_prefixes = $folder
maillog_file = $folder/log
myhostname = $host
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks =
mydestination =
alias_maps =
virtual_mailbox_domains = customer.example
virtual_mailbox_base = $folder/mail
virtual_mailbox_maps = static:./
virtual_uid_maps = static:8
virtual_gid_maps = static:8
virtual_minimum_uid = 8
transport_maps = inline:{ elsewhere.example=virtual:, { acme.example = smtp:[$ip]:$replyd } }
smtp_tls_security_level = may
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_sasl_auth_enable = yes
smtpd_sasl_local_domain = $host
smtpd_tls_auth_only = yes
smtpd_tls_security_level = may
smtpd_tls_chain_files = $folder/tls/$host.key, $folder/tls/$host.pem
smtpd_tls_received_header = yes
disable_dns_lookups = yes
EOF
    cat >"$etc/master.cf" <<EOF
$ip:$port inet n - n - - smtpd
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
relay     unix - - n - - smtp
error     unix - - n - - error
retry     unix - - n - - error
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
EOF
    "$root/usr/lib/postfix/sbin/master" -d -c "$etc"
}

exim() {
    chown Debian-exim "$folder/spool" "$folder/mail" "$folder/tls/$host.key"
    mkdir "$folder/logs"
    chown Debian-exim "$folder/logs"
    cat >"$folder/etc/exim.conf" <<EOF
primary_hostname = $host
exim_path = $root/usr/sbin/exim4
exim_user = Debian-exim
exim_group = Debian-exim
deliver_drop_privilege = true
spool_directory = $folder/spool
log_file_path = $folder/logs/%s
daemon_smtp_ports = $port
local_interfaces = $ip
host_lookup =
tls_advertise_hosts = *
tls_certificate = $folder/tls/$host.pem
tls_privatekey = $folder/tls/$host.key
auth_advertise_hosts = \${if eq{\$tls_in_cipher}{}{}{*}}
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  accept authenticated = *
  accept domains = customer.example
  deny message = relaying denied
begin routers
replyd:
  driver = manualroute
  domains = acme.example
  route_list = * $ip::$replyd byname
  self = send
  transport = out
in:
  driver = accept
  domains = customer.example : elsewhere.example
  transport = in
begin transports
out:
  driver = smtp
in:
  driver = appendfile
  directory = $folder/mail
  maildir_format
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = \${if and{{eq{\$auth2}{replyd}}{eq{\$auth3}{secret}}}}
  server_set_id = \$auth2
EOF
    "$root/usr/sbin/exim4" -bdf -C "$folder/etc/exim.conf" >>"$folder/log" 2>&1
}

answers() { (exec 3<>"/dev/tcp/$ip/$port" && IFS= read -r -t 5 line <&3 && [[ $line == 220* ]]) 2>/dev/null; }

declare -F "$name" >/dev/null || die "there is no server $name"
"$name" &
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
