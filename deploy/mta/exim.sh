# Sourced by deploy/mta.sh: Exim. It never takes up rights again: everything is its own user's.
chown Debian-exim "$folder/spool" "$folder/mail" "$folder/tls/$host.key"
mkdir "$folder/logs"
chown Debian-exim "$folder/logs"
cat >"$folder/conf/exim.conf" <<EOF
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
"$root/usr/sbin/exim4" -bdf -C "$folder/conf/exim.conf" >>"$folder/log" 2>&1
