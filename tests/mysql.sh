#!/bin/sh
# Print the root folder of an unpacked MySQL (Debian unstable's mysql-server-core,
# client and client library), making it on first use. Run as root. Needs
# debootstrap; the mirror is the one this machine's apt already uses.
#
#   root=$(tests/mysql.sh)
#   chroot "$root" /usr/sbin/mysqld --version
#
# "tests/mysql.sh client" prints instead the folder in which pkg-config finds Oracle's
# client library in there. What is linked with it runs outside of the root folder, with
# the loader and the C library of the root folder: that library needs newer ones than
# Debian 12 has.
#
#   PKG_CONFIG_PATH=$(tests/mysql.sh client) cmake … -DMUSTER_MYSQL=mysqlclient
#
# "tests/mysql.sh --have" only says by its exit status whether it is there already.
#
# The folder is a cache: ${XDG_CACHE_HOME:-$HOME/.cache}/muster/mysql. Remove it to
# get a newer MySQL. When two runs make it at once, both work and one folder stays.
set -eu

cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/muster
root=$cache/mysql
client=$root/muster
packages=mysql-server-core,mysql-client-core,libmysqlclient-dev

unpack() {
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
	rm -rf "$temp"/var/cache/apt/archives/*.deb "$temp"/var/lib/apt/lists/* \
		"$temp"/usr/share/doc "$temp"/usr/share/locale "$temp"/usr/share/man
	# -T: never into a folder that another run has put there meanwhile
	mv -T "$temp" "$root" 2>/dev/null || [ -x "$root/usr/sbin/mysqld" ]
}

# Links, so that no header and no library but MySQL's own is found in there. Here RPATH
# and not RUNPATH: libraries of Debian 12 shall find the newer C library, too.
client_make() {
	loader=$(readlink -f "$root"/lib64/ld-linux-*.so.*)
	library=$(dirname "$loader")
	temp=$(mktemp -d "$root/muster.new.XXXXXX")
	mkdir "$temp/include"
	ln -s "$root/usr/include/mysql" "$temp/include/mysql"
	ln -s "$library/libmysqlclient.so" "$temp/libmysqlclient.so"
	cat >"$temp/mysqlclient.pc" <<-END
		plugindir=$root/usr/lib/mysql/plugin

		Name: mysqlclient
		Description: Oracle's client library, unpacked for tests
		$(grep '^Version:' "$library/pkgconfig/mysqlclient.pc")
		Cflags: -I$client/include/mysql -I$client/include
		Libs: -L$client -lmysqlclient -Wl,--disable-new-dtags -Wl,-rpath,$library -Wl,--dynamic-linker=$loader -Wl,--allow-shlib-undefined
	END
	chmod 755 "$temp"
	mv -T "$temp" "$client" 2>/dev/null || rm -rf "$temp"
}

if [ "${1:-}" = --have ]; then
	[ -x "$root/usr/sbin/mysqld" ] || exit 1
	exit 0
fi
[ -x "$root/usr/sbin/mysqld" ] || unpack
case ${1:-} in
'') echo "$root" ;;
client)
	[ -e "$client/mysqlclient.pc" ] || client_make
	echo "$client"
	;;
*)
	echo "mysql.sh: only \"client\" or \"--have\" may follow" >&2
	exit 64
	;;
esac
