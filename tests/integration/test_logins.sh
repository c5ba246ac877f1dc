#!/bin/bash
# Accounts with a password over TCP, in the clear and with TLS, as the server makes them
# when nobody says otherwise.
. "$(dirname "$0")/lib.sh"

port=$(_server_port)
db_start --skip-networking=0 --bind-address=127.0.0.1 --port=$port
configure 'budget = "100%";'
daemon_start
for account in muster rarely; do
	sql "create user $account@'%' identified by 'Ge#heim \"1\"'; grant all on *.* to $account@'%'"
done

login() { # NAME LINE…: a server that is reached this way
	printf '%s\n' '[client]' "password = 'Ge#heim \"1\"'" "${@:2}" >"$work/$1.cnf"
	ok m server add "$1" --host 127.0.0.1 --port $port --defaults-file "$work/$1.cnf"
	check=(m server check "$1" -o json)
}

claim "a password is enough, and TLS is taken where there is some"
login main user=muster
ok "${check[@]}"
is "$flavor muster@%" "$(jq -r '"\(.flavor) \(.account)"' <<<"$out")"
make_schemas 3
ok m tenant discover --server main --like 'client_%' -o json
migration "$work/rel" 0001_a.sql 'alter table users add column birthday date; update users set birthday = 20200101;'
ok m rollout start "$work/rel" --wait
is 6 "$(for n in 1 2 3; do echo "select id from client_00$n.users where birthday is not null;"; done |
	server_client "$db" -N | wc -l)"

claim "without TLS the password goes in the server's own way, also when it is not known yet"
login plain user=rarely ssl-mode=DISABLED get-server-public-key
ok "${check[@]}"
is "rarely@%" "$(jq -r .account <<<"$out")"

claim "who asks for TLS gets it or no connection"
login tls user=muster ssl-mode=REQUIRED
if [ "$flavor" = mysql ]; then
	ok "${check[@]}"
else # it has no certificate
	fails 69 "${check[@]}"
	helps 127.0.0.1:$port
	grep -qE 'TLS|SSL' <<<"$err"
fi

claim "a certificate that is not the one to expect is refused"
for ca in its_own broken; do
	file=$db/data/ca.pem
	[ "$ca" = its_own ] && [ "$flavor" = mysql ] || file=$work/root.cnf
	login $ca user=muster ssl-mode=VERIFY_IDENTITY "ssl-ca=$file" # it does not name 127.0.0.1
	fails 69 "${check[@]}"
	helps 127.0.0.1:$port
	grep -qE 'TLS|SSL' <<<"$err"
done
daemon_stop
