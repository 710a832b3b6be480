# Sourced by deploy/mta.sh: Postfix. All of it lives below $folder.
conf=$folder/conf
mkdir -p "$conf/sasl" "$folder/data"
(cd "$folder/spool" && mkdir active bounce corrupt defer deferred flush hold incoming maildrop pid private public saved trace)
chown postfix "$folder/data" "$folder"/spool/*
chown root "$folder/spool/pid"
chown mail "$folder/mail"
# Debian looks for it there, beside main.cf.
sasl=$(sasl_user "$conf/sasl/smtpd.conf")
chown postfix "$conf/sasldb2"

cat >"$conf/main.cf" <<EOF
compatibility_level = 3.6
import_environment = MAIL_CONFIG MAIL_LOGTAG LANG=C POSTLOG_SERVICE POSTLOG_HOSTNAME SASL_PATH=$sasl
queue_directory = $folder/spool
data_directory = $folder/data
daemon_directory = $root/usr/lib/postfix/sbin
command_directory = $root/usr/sbin
meta_directory = $conf
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
cat >"$conf/master.cf" <<EOF
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
"$root/usr/lib/postfix/sbin/master" -d -c "$conf"
