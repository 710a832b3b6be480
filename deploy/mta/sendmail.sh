# Sourced by deploy/mta.sh: sendmail. Its configuration is made by m4, as everywhere.
cf=$root/usr/share/sendmail/cf conf=$folder/conf
mkdir "$conf/sasl"
sasl=$(sasl_user "$conf/sasl/Sendmail.conf")
chmod 600 "$conf/sasldb2"
chmod 700 "$folder/spool"
chown mail "$folder/mail"
printf '%s\n' 'customer.example maildir:here' 'elsewhere.example maildir:here' "acme.example esmtp:[$ip]" >"$conf/mailertable"
# Into a Maildir: whole, or not there.
mkdir "$folder"/mail/{new,tmp}
chown mail "$folder"/mail/*
cat >"$conf/deliver" <<EOF
#!/bin/sh
cd "$folder/mail" && cat >tmp/\$\$ && mv tmp/\$\$ "new/\$(date +%s).\$\$"
EOF
chmod 755 "$conf/deliver"
cat >"$conf/sendmail.mc" <<EOF
include(\`$cf/m4/cf.m4')
OSTYPE(\`linux')
undefine(\`ALIAS_FILE')
define(\`QUEUE_DIR', \`$folder/spool')
define(\`STATUS_FILE', \`$folder/statistics')
define(\`confPID_FILE', \`$folder/run/sendmail.pid')
define(\`confDOMAIN_NAME', \`$host')
define(\`confDONT_BLAME_SENDMAIL', \`TrustStickyBit')
define(\`confDONT_PROBE_INTERFACES', \`True')
define(\`confCACERT', \`$folder/tls/ca.pem')
define(\`confCACERT_PATH', \`$folder/tls')
define(\`confSERVER_CERT', \`$folder/tls/$host.pem')
define(\`confSERVER_KEY', \`$folder/tls/$host.key')
define(\`confAUTH_MECHANISMS', \`PLAIN')
define(\`confAUTH_OPTIONS', \`p')
define(\`confAUTH_REALM', \`$host')
TRUST_AUTH_MECH(\`PLAIN')
define(\`ESMTP_MAILER_ARGS', \`TCP \$h $replyd')
FEATURE(\`nocanonify')
FEATURE(\`accept_unresolvable_domains')
FEATURE(\`no_default_msa')
FEATURE(\`mailertable', \`text -k0 -v1 $conf/mailertable')
RELAY_DOMAIN(\`customer.example')
DAEMON_OPTIONS(\`Name=MTA, Addr=$ip, Port=$port')
MAILER(\`smtp')
MAILER_DEFINITIONS
Mmaildir, P=$conf/deliver, F=DFMlmn, U=mail:mail, T=DNS/RFC822/X-Unix, A=deliver \$u
LOCAL_CONFIG
ESASL_PATH=$sasl
ESASL_CONF_PATH=$conf/sasl
EOF
m4=$(command -v m4 || echo "$root/usr/bin/m4")
"$m4" "-D_CF_DIR_=$cf/" "$conf/sendmail.mc" >"$conf/sendmail.cf"
"$root/usr/libexec/sendmail/sendmail" -C "$conf/sendmail.cf" -bD -X "$folder/log"
