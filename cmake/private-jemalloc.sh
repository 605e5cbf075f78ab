#!/bin/sh
# private-jemalloc.sh ARCHIVE FOLDER [SHARE_TLS]: FOLDER/pcpu_jemalloc.o, see PrivateJemalloc.cmake.
# With the program SHARE_TLS (share_tls.c) its thread-local storage is one place for all threads.
# Environment: AR, LD, NM, OBJCOPY.
set -eu
archive=$1 dir=$2 share_tls=${3:-}
rm -rf "$dir"
mkdir -p "$dir/objects"
(cd "$dir/objects" && "$AR" x "$archive" && rm -f jemalloc_cpp*)
"$LD" -r -o "$dir/all.o" "$dir"/objects/*.o

# What src/ground/mem.c uses, what it sets, and the functions of the C library that it stands in for.
names="mallocx sdallocx mallctl malloc_conf dlsym pthread_create readlink secure_getenv mmap munmap
	sched_getaffinity sysconf syscall exp log round _Unwind_Backtrace _Unwind_GetIP"
if [ -n "$share_tls" ]; then
	names="$names pthread_atfork pthread_key_create pthread_setspecific"
	"$share_tls" "$dir/all.o" pcpu_je_tls_offset
	# The section's name would have a linker take it for thread-local all the same. And at its
	# constructor's time nobody has set the offset; the first call of a function does its work.
	"$OBJCOPY" --rename-section .tdata=.data.pcpu_je_tls --rename-section .tbss=.bss.pcpu_je_tls \
		--redefine-sym je_tsd_tls=pcpu_je_tls --remove-section .init_array \
		--remove-section .rela.init_array "$dir/all.o"
fi
for name in $names; do
	echo "$name pcpu_je_$name"
done >"$dir/renames"
"$OBJCOPY" --redefine-syms="$dir/renames" "$dir/all.o" "$dir/renamed.o"

# malloc_conf is defined in jemalloc, weakly or commonly; src/ground/mem.c defines it for good.
"$NM" "$dir/renamed.o" | awk '$2 ~ /[A-TV-Z]/ && $3 !~ /^pcpu_je_/ { print $3 }' | sort -u >"$dir/locals"
"$OBJCOPY" --localize-symbols="$dir/locals" "$dir/renamed.o" "$dir/pcpu_jemalloc.o"
rm -rf "$dir/objects" "$dir/all.o" "$dir/renamed.o"
