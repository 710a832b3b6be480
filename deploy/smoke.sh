#!/usr/bin/env bash
# Says whether a running daemon does the main things right, as a provider would see it: swaks over STARTTLS.
#
#     replyd serve --config smtpd.toml &
#     deploy/smoke.sh [HOST [PORT]]                       127.0.0.1 2525
#
# One line a check; exits 1 when one fails, 69 when swaks is missing or nobody listens.
# REPLYD and REPLYD_CONFIG name the program and its configuration, to look the conversation up; REPLYD_TO the
# support address (support@acme.example).

set -u

host=${1:-127.0.0.1}
port=${2:-2525}
to=${REPLYD_TO:-support@acme.example}
replyd=${REPLYD:-replyd}
config=${REPLYD_CONFIG:-smtpd.toml}
run="smoke-$$-$(date +%s)"
from="$run@customer.example"
failed=0

if ! command -v swaks >/dev/null; then
    echo "swaks is missing: apt-get install swaks" >&2
    exit 69
fi

# The dialogue of one attempt. The certificate may be the self-signed one.
say() {
    swaks --server "$host" --port "$port" --tls --ehlo mail.customer.example --from "$from" --to "$to" \
        --suppress-data --timeout 60 "$@" 2>&1
}

# mail COUNT SUBJECT TEXT: a whole mail; swaks makes line ends of \n.
mail() {
    printf '%s\\n' "From: Smoke <$from>" "To: $to" "Subject: $2" "Date: $(date -R)" \
        "Message-ID: <$run-$1@mail.customer.example>" "" "$3"
}

# check NAME PATTERN DIALOGUE: one line of the dialogue must be the server's and match.
check() {
    if grep -Eq "^(<~|<~\*|<-|<\*\*) +$2" <<<"$3"; then
        echo "ok    $1"
    else
        echo "FAIL  $1: no reply like: $2"
        sed 's/^/      /' <<<"$3"
        failed=1
    fi
}

queue_id() {
    sed -n 's/.*250 2\.0\.0 Ok: queued as \([^ ]*\).*/\1/p' <<<"$1" | tr -d '\r' | head -n 1
}

# What the daemon says of a mail, when program and configuration are at hand.
why() {
    command -v "$replyd" >/dev/null && [ -r "$config" ] && "$replyd" --config "$config" why "$1" 2>&1
}

# One command after EHLO, in clear text and by hand: swaks has no word for it. Prints the replies as swaks does.
by_hand() {
    exec 3<>"/dev/tcp/$host/$port" || return
    printf 'EHLO mail.customer.example\r\n%s\r\nQUIT\r\n' "$1" >&3
    timeout 60 cat <&3 | tr -d '\r' | sed 's/^/<-  /'
    exec 3<&- 3>&-
}

first=$(mail 1 "$run" "How long does shipping take?")
dialogue=$(say --data "$first")
if ! grep -q '^=== Connected' <<<"$dialogue"; then
    echo "nobody listens at $host:$port" >&2
    sed 's/^/      /' <<<"$dialogue" >&2
    exit 69
fi
check "STARTTLS is offered and taken" "220 2\.0\.0 Ready to start TLS" "$dialogue"
check "a new mail is kept" "250 2\.0\.0 Ok: queued as [0-9a-z]+" "$dialogue"
id=$(queue_id "$dialogue")

dialogue=$(say --data "$first")
check "a second copy is taken and is the same mail" "250 2\.0\.0 Ok: queued as $id" "$dialogue"

number=$(why "$id" | sed -n 's/.*opened conversation \([0-9]*\).*/\1/p' | head -n 1)
dialogue=$(say --data "$(mail 2 "Re: [${number:-12345}] $run" "Thank you.")")
check "a reply with a number in its subject is kept" "250 2\.0\.0 Ok: queued as [0-9a-z]+" "$dialogue"
if [ -z "$number" ]; then
    echo "-     where it went is not looked up: REPLYD and REPLYD_CONFIG name no program and configuration"
elif why "$(queue_id "$dialogue")" | grep -q "joined conversation $number"; then
    echo "ok    it joined conversation $number"
else
    echo "FAIL  it did not join conversation $number"
    why "$(queue_id "$dialogue")" | sed 's/^/      /'
    failed=1
fi

# RFC 1870 §6.1: who says the size hears it before a byte is sent. 64 GiB is over every limit.
dialogue=$(by_hand "MAIL FROM:<$from> SIZE=68719476736")
check "a mail that says it is too big is refused" "552 5\.3\.4" "$dialogue"

limit=$(sed -n 's/^<-  250-SIZE \([0-9]*\)$/\1/p' <<<"$dialogue")
if [ -n "$limit" ] && [ "$limit" -le 104857600 ]; then
    big=$(mktemp)
    { printf 'Subject: %s\n\n' "$run"; yes "$(printf 'x%.0s' {1..76})" | head -c "$((limit + 1024))"; } >"$big"
    dialogue=$(say --data "@$big" | cut -c 1-300 | grep -v '^ ~> x')
    rm -f "$big"
    check "a mail that is too big is refused" "552 5\.3\.4" "$dialogue"
fi

dialogue=$(by_hand "VRFY ${to%@*}")
check "nobody can ask for addresses" "252 2\.5\.0" "$dialogue"

dialogue=$(say --to "nobody-$run@${to#*@}" --quit-after RCPT)
check "an unknown recipient is refused" "550 5\.1\.1" "$dialogue"

dialogue=$(say --to "somebody@elsewhere.example" --quit-after RCPT)
check "nothing is relayed" "550 5\.1\.1" "$dialogue"

exit "$failed"
