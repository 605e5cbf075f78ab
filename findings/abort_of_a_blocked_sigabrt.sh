#!/bin/sh
# abort() of glibc 2.41 and later does not call a handler of SIGABRT while the signal is blocked: the
# process is ended without it. Until 2.40 it unblocked the signal first, as its manual page says, and the
# handler ran. In both a handler runs that is not blocked, and the process ends of SIGABRT where there is none.
#
# So a program whose handler of SIGABRT writes a report, or cleans up, does so no more where a thread
# that masks signals (a lock that handlers take too, a thread that is to see no signals) comes to abort(), also by
# assert(). Who wants the handler to run unblocks the signal before the call.
#
# Seen with glibc 2.36-9+deb12u14 (Debian 12: handler called), 2.41-12+deb13u5 (Debian 13: not called) and
# 2.43-7 (testing: not called). Nothing of libpercpu is used. Exit status 0: as described; 1: it has
# changed; 77: the C library cannot be had.
# shellcheck disable=SC3045 # dash and bash know ulimit -c
set -eu
# shellcheck source=findings/packages.sh
. "$(dirname "$0")/packages.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unpack "$work" trixie libc6=2.41-12+deb13u5
cd "$work"
ulimit -c 0

cat >end.c <<'EOF'
#include <gnu/libc-version.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void report(int signo)
{
	(void)signo;
	_exit(3);
}

int main(int argc, char **argv)
{
	sigset_t abort_only;

	(void)argv;
	fprintf(stderr, "glibc %s\n", gnu_get_libc_version());
	signal(SIGABRT, report);
	sigemptyset(&abort_only);
	sigaddset(&abort_only, SIGABRT);
	if (argc > 1)
		sigprocmask(SIG_BLOCK, &abort_only, NULL);
	abort();
}
EOF
cc -o end end.c
libraries=root/usr/lib/x86_64-linux-gnu

changed=0
expect() { # WHAT STATUS COMMAND...
	what=$1 expected=$2 status=0
	shift 2
	"$@" 2>version || status=$?
	echo "$(head -n 1 version), $what: exit status $status (3: the handler has run; 134: ended by SIGABRT)"
	[ "$status" = "$expected" ] || changed=1
}
expect "SIGABRT not blocked" 3 "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" ./end
expect "SIGABRT blocked" 134 "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" ./end blocked
own=$(getconf GNU_LIBC_VERSION)
case $own in
"glibc 2."[0-9] | "glibc 2."[123][0-9] | "glibc 2.40") expect "SIGABRT blocked, the machine's own" 3 ./end blocked ;;
*) expect "SIGABRT blocked, the machine's own" 134 ./end blocked ;;
esac
exit $changed
