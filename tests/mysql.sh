#!/bin/sh
# Print the root folder of an unpacked MySQL (Debian unstable's mysql-server-core,
# client and client library), making it on first use. Run as root. Needs
# debootstrap; the mirror is the one this machine's apt already uses.
#
#   root=$(tests/mysql.sh)
#   chroot "$root" /usr/sbin/mysqld --version
#
# The folder is a cache: ${XDG_CACHE_HOME:-$HOME/.cache}/muster/mysql. Remove it to
# get a newer MySQL. When two runs make it at once, both work and one folder stays.
set -eu

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/muster
root=$cache/mysql
packages=mysql-server-core,mysql-client-core,libmysqlclient-dev

if [ -x "$root/usr/sbin/mysqld" ]; then
	echo "$root"
	exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
	echo "mysql.sh: run as root: debootstrap and chroot need it" >&2
	exit 77
fi
if ! command -v debootstrap >/dev/null; then
	echo "mysql.sh: debootstrap is missing: apt-get install debootstrap" >&2
	exit 69
fi
# Only the distribution's own archive carries unstable.
# shellcheck disable=SC2016
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' |
	grep -E '/debian/?$' | sort -u | head -n 1)
if [ -z "$mirror" ]; then
	echo "mysql.sh: apt names no Debian mirror: add one to the apt sources" >&2
	exit 69
fi

mkdir -p "$cache"
temp=$(mktemp -d "$cache/mysql.new.XXXXXX")
trap 'rm -rf "$temp"' EXIT
trap 'exit 130' INT TERM
echo "mysql.sh: unpacking MySQL into $root, this takes some minutes once" >&2
if ! debootstrap --variant=minbase --include="$packages" unstable "$temp" "$mirror" \
	>"$cache/mysql.log" 2>&1; then
	tail -n 5 "$cache/mysql.log" >&2
	echo "mysql.sh: debootstrap failed, all of it: $cache/mysql.log" >&2
	exit 69
fi
chmod 755 "$temp"
rm -rf "$temp"/var/cache/apt/archives/*.deb "$temp"/var/lib/apt/lists/*
# -T: never into a folder that another run has put there meanwhile
mv -T "$temp" "$root" 2>/dev/null || [ -x "$root/usr/sbin/mysqld" ]
echo "$root"
