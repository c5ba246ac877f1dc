# shellcheck shell=bash
# To be sourced. packages_install [build]: install what of tests/packages.txt is missing;
# with "build" only what building and running needs. Says so, and how, when it may not.

packages_wanted() { # FILE [build]
	if [ "${2:-}" = build ]; then
		sed '/^# --- tests only/,$d' "$1"
	else
		cat "$1"
	fi | grep -v '^#'
}

packages_install() {
	local file missing=() package status

	file=$(dirname "${BASH_SOURCE[0]}")/packages.txt
	while IFS= read -r package; do
		status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
		[ "$status" = installed ] || missing+=("$package")
	done < <(packages_wanted "$file" "${1:-}")
	[ "${#missing[@]}" -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "packages are missing, as root: apt-get install ${missing[*]}" >&2
		return 77
	fi
	echo "installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get -qq update
	apt-get -qq install --no-install-recommends -y "${missing[@]}" >/dev/null
}
