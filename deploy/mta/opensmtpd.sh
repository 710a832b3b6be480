# Sourced by deploy/mta.sh: OpenSMTPD. In clear, and so without AUTH: that of Debian 12 cannot serve TLS over OpenSSL 3 (its
# issues 1171 and 1239).
conf=$folder/conf
mkdir -p "$folder/spool/smtpd" "$folder/lib/opensmtpd/empty"
chmod 711 "$folder/spool/smtpd"
chown mail "$folder/mail"
# These are compiled in.
mount --bind "$folder/spool" /var/spool
mount --bind "$folder/lib" /var/lib
mount --bind "$folder/run" /run
mount --bind "$root/usr/libexec" /usr/libexec
cat >"$conf/smtpd.conf" <<EOF
table everybody { "@" = mail }
listen on $ip port $port hostname $host
action "in" maildir "$folder/mail" user mail virtual <everybody>
action "replyd" relay host "smtp://$ip:$replyd"
match from any for domain { "customer.example", "elsewhere.example" } action "in"
match from any for domain "acme.example" action "replyd"
EOF
chmod 600 "$conf/smtpd.conf"
"$root/usr/sbin/smtpd" -d -f "$conf/smtpd.conf" >"$folder/log" 2>&1
