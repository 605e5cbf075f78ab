#!/bin/sh
# dist.sh SUITE [FOLDER [COMMAND...]]: README's two commands on a fresh Debian SUITE (bookworm, trixie, testing).
# mmdebstrap makes a root that has apt and little else; the tree is copied there; and in it
# ./examples/run.sh and ./tests/run.sh, or each COMMAND, install what they want, build, and must pass. The
# archive is the one that this machine's own apt knows. Nothing is installed here.
# The root is FOLDER, which is used again and stays, or a temporary folder (up to 4 GB, in $TMPDIR).
# Exit status: 0; 1: a command failed; 77: this cannot be had here.
set -eu
suite=${1:-} folder=${2:-}
if [ $# -gt 2 ]; then shift 2; else set -- ./examples/run.sh ./tests/run.sh; fi
source=$(cd "$(dirname "$0")/.." && pwd)

cannot() { # MESSAGE...
	printf 'dist.sh: %s\n' "$@" >&2
	exit 77
}

[ -n "$suite" ] || {
	sed -n '/^set/q; s/^# //p' "$0" >&2
	exit 2
}
[ "$(id -u)" = 0 ] || cannot "only root may make another root and enter it: sudo sh tests/dist.sh $suite $folder"
command -v mmdebstrap >/dev/null || cannot "mmdebstrap is missing (Debian: apt-get install mmdebstrap)"
command -v unshare >/dev/null || cannot "unshare is missing (Debian: apt-get install util-linux)"
unshare -m -p -f sh -c 'd=$(mktemp -d) && mount -t proc proc "$d" && umount "$d" && rmdir "$d"' 2>/dev/null ||
	cannot "this user is root, but may not mount /proc in a namespace of its own (in a container?)"

# The address of the archive, or of its part -security.
address() { # PART
	apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
		awk -v name="$own$1" '$2 == name { print $1; exit }'
}
# shellcheck disable=SC1091
own=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
main=$(address "")
[ -n "$main" ] || cannot "apt has no archive of Debian $own here: its lists are empty (apt-get update), or this is no Debian"

scratch=$(mktemp -d)
child=
clean_up() {
	# the first process in the root; the others go with it
	[ -z "$child" ] || { kill -KILL "$child" && wait "$child"; } 2>/dev/null || :
	rm -rf --one-file-system "$scratch"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM
root=${folder:-$scratch/root}

make_root() {
	echo "== $suite from $main"
	# how this machine reaches archives: the other root has to do it in the same way
	apt-config dump --format '%F "%v";%n' |
		grep -E '^Acquire::(Check-|Retries|ForceIPv|https?::(Proxy|Verify|Timeout|CAInfo))' >"$scratch/apt.conf" || :
	set -- "deb $main $suite main"
	security=$(address -security)
	case $suite in
	testing | unstable | sid) ;;
	*) [ -z "$security" ] || set -- "$@" "deb $security $suite-security main" ;;
	esac
	mmdebstrap --mode=root --variant=apt --aptopt="$scratch/apt.conf" "$suite" "$scratch/new" "$@" \
		>"$scratch/log" 2>&1 || {
		tail -20 "$scratch/log" >&2
		cannot "mmdebstrap cannot make $suite from $main"
	}
	mkdir -p "$(dirname "$root")"
	mv "$scratch/new" "$root"
}

# The tree as git would have it, or where that cannot say, without what is built. Files keep their times.
copy_tree() {
	mkdir -p "$root/percpu"
	find "$root/percpu" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf {} +
	(
		cd "$source"
		git ls-files -z --cached --others --exclude-standard 2>/dev/null |
			xargs -0r sh -c 'for f; do [ -e "$f" ] && printf "%s\0" "$f"; done' sh >"$scratch/files"
		[ -s "$scratch/files" ] || find . -mindepth 1 -maxdepth 1 ! -name 'build*' ! -name .git \
			-print0 >"$scratch/files"
		tar -c --null -T "$scratch/files" -f -
	) | tar -x -C "$root/percpu" -f -
}

# In the root, with its own processes, and this machine's devices. In the background: a shell that waits for
# what runs in front does not hear that it is to end.
enter() { # COMMAND
	echo "== $suite: $1"
	unshare -m -p -f --kill-child sh -euc '
		mount -t proc proc "$1/proc"
		mount --rbind /sys "$1/sys"
		mount --rbind /dev "$1/dev"
		exec chroot "$1" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb \
			${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
			sh -euc "cd /percpu; exec $2"' sh "$root" "$1" &
	child=$!
	status=0
	wait "$child" || status=$?
	child=
	return $status
}

[ -e "$root/etc/debian_version" ] || make_root
cp /etc/resolv.conf "$root/etc/resolv.conf"
copy_tree
failed=
for command; do
	enter "$command" || failed="$failed $command"
done
[ -z "$failed" ] || {
	echo "dist.sh: failed on $suite:$failed" >&2
	exit 1
}
echo "== $suite: all commands pass"
