#!/bin/sh
# mold 2.37.1 writes two entries fewer into the relocations of a static-pie than it has made room for, and
# does not clear the room: into a new file that is two relocations of the type NONE, which do nothing. But
# mold writes over an output file that is there, and then the two entries are whatever the old file had at that
# place: a second link of a changed program leaves a relocation of bytes that were code or data. The linker
# says nothing; whether the program starts is up to these bytes. bfd has no such entries.
#
# So build directories in which a program is linked again, as all have, get programs that a clean build does
# not get. Who links static-pie with it removes the old output first.
#
# Seen with mold 2.37.1 (Debian 13) and gcc 12.2. Not with mold 1.10.1 (Debian 12) nor 2.42.1 (testing, 2026).
# Nothing of libpercpu is used; what is linked is not run. Exit status 0: as described; 1: it has changed;
# 77: this mold cannot be had.
set -eu
# shellcheck source=findings/packages.sh
. "$(dirname "$0")/packages.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unpack "$work" trixie mold=2.37.1+dfsg-1 libc6 libstdc++6 libgcc-s1 zlib1g
cd "$work"

libraries=$work/root/usr/lib/x86_64-linux-gnu
mkdir linker
cat >linker/ld <<EOF
#!/bin/sh
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$work/root/usr/bin/mold" "\$@"
EOF
chmod +x linker/ld
linker/ld --version
gcc --version | head -n 1

# Relocations of a type that an x86-64 static-pie does not have.
strange() { # FILE
	readelf -rW "$1" 2>/dev/null | awk '/^[0-9a-f]+ / && $3 !~ /^R_X86_64_(RELATIVE|IRELATIVE)$/' >strange
	wc -l <strange
}

changed=0
expect() { # WHAT NUMBER
	number=$(strange program)
	echo "$1: $number strange relocations"
	sed 's/^/    /' strange
	[ "$number" -eq "$2" ] || changed=1
}
echo 'int main(void) { return 0; }' >program.c
gcc -O1 -fPIE -static-pie -B"$work/linker" program.c -o program
expect "mold, a new file" 2
grep -q R_X86_64_NONE strange || changed=1
# an old output, of which every byte can be told
head -c 4000000 /dev/zero | tr '\0' '\252' >program
chmod +x program
gcc -O1 -fPIE -static-pie -B"$work/linker" program.c -o program
expect "mold, over a file of bytes 0xaa" 2
grep -q aaaaaaaaaaaaaaaa strange || changed=1
gcc -O1 -fPIE -static-pie -fuse-ld=bfd program.c -o program
expect "bfd, over the same file" 0
exit $changed
