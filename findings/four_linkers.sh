# shellcheck shell=sh
# four_linkers.sh - bfd, gold, lld and mold, and what findings about them link: an object with a variable, and a
# program that has the variable as its own or as the object's. Sourced, after packages.sh.

# begin FOLDER: there from now on, with object.c (-DPROTECTED: the variable is protected) and program.c, which
# says whether there is one variable or two. 77 if a linker is not to be had.
begin() {
	work=$1
	for command in gcc ld.bfd ld.gold ld.lld readelf; do
		command -v "$command" >/dev/null || { echo "there is no $command" && exit 77; }
	done
	unpack "$work" trixie mold=2.37.1+dfsg-1 libc6 libstdc++6 libgcc-s1 zlib1g
	cd "$work" || exit

	libraries=$work/root/usr/lib/x86_64-linux-gnu
	mkdir mold
	cat >mold/ld <<-END
		#!/bin/sh
		exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$work/root/usr/bin/mold" "\$@"
	END
	chmod +x mold/ld
	mold/ld --version
	for linker in ld.bfd ld.gold ld.lld; do $linker --version | head -n 1; done
	gcc --version | head -n 1
	ldd --version | head -n 1

	cat >object.c <<-'END'
		#ifdef PROTECTED
		__attribute__((visibility("protected")))
		#endif
		long variable = 1;
		long *where(void) { return &variable; }
	END
	cat >program.c <<-'END'
		#include <stdio.h>
		extern long variable;
		long *where(void);
		int main(void)
		{
			puts(where() == &variable ? "one" : "two");
			return 0;
		}
	END
}

# link_with bfd|gold|lld|mold ARGUMENT...: of gcc's.
link_with() {
	case $1 in
	mold) use=-B$work/mold ;;
	*) use=-fuse-ld=$1 ;;
	esac
	shift
	gcc "$use" "$@"
}
