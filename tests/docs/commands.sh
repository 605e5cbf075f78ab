#!/bin/sh
# SPDX-License-Identifier: MIT
# commands.sh SOURCE BUILD WORK [whole]: every command of the pages is run, as it is written (commands.py), with what
# BUILD installs; and what could be wrong with pages and list is found.
set -eu
source=$1 build=$2 work=$3 whole=${4-}
here=$source/tests/docs
unset PERCPU_CONF DESTDIR PKG_CONFIG_PATH CPATH LIBRARY_PATH LD_LIBRARY_PATH CFLAGS CXXFLAGS LDFLAGS
for tool in python3 cc pkg-config mandoc; do
	command -v $tool >/dev/null || { echo "there is no $tool" && exit 77; }
done
rm -rf "$work"
mkdir -p "$work/bin"
# where only mandoc is installed, its reader has another name
command -v man >/dev/null || {
	ln -s "$(command -v mman)" "$work/bin/man"
	PATH=$work/bin:$PATH
	export PATH
}
cmake --install "$build" --prefix "$work/prefix" >"$work/installed"
ctest --test-dir "$build" -N 2>/dev/null | sed -n 's/^ *Test *#[0-9]*: //p' >"$work/tests"
if [ "$whole" = whole ]; then
	mkdir "$work/source"
	(cd "$source" && tar -cf - --exclude='./build*' .) | tar -xf - -C "$work/source"
	exec python3 "$here/commands.py" "$source" "$work/prefix" "$work" "$work/tests" whole
fi
python3 "$here/commands.py" "$source" "$work/prefix" "$work" "$work/tests" >"$work/said" || { cat "$work/said" && exit 1; }
tail -n 1 "$work/said"

# --- what is wrong is found, and said ---
bad=$work/bad
mkdir -p "$bad/docs" "$bad/examples/http_server" "$bad/tests/docs"
cp "$here/commands.py" "$bad/tests/docs/"
cat >"$bad/README.md" <<'END'
```c
int main(void) { return 0; }
```

    cc main.c -o main && ./main && echo 2 requests

prints `3 requests`. And

    this is none

or `cc none.c`.

    sudo true
END
cat >"$bad/docs/guide.md" <<'END'
```console
$ sh -c 'echo one; echo two 2'
one
...
$ sh -c 'echo a; echo b'
a
c
```
END
touch "$bad/examples/http_server/README.md"
cat >"$bad/tests/docs/commands.list" <<'END'
README.md: sudo true
	no_such_test: root
README.md: sudo false
	docs_commands: is in no page
END
! python3 "$bad/tests/docs/commands.py" "$bad" "$work/prefix" "$work/bad.work" "$work/tests" >"$work/said" 2>&1 || {
	echo "nothing of what is wrong is found" >&2
	exit 1
}
failures=0
while read -r line; do
	grep -qF -- "$line" "$work/said" || { echo "this is not found: $line" >&2 && failures=1; }
done <<'END'
    does not print 3 requests, but 2 requests
FAILED: README.md:9: does not begin like a command: this is none
FAILED: README.md:11: cc none.c
FAILED: docs/guide.md:5: sh -c 'echo a; echo b'
FAILED: commands.list:2: there is no test no_such_test
FAILED: commands.list: README.md: no such command: sudo false
4 commands were run, 1 are other tests', 6 failures
END
[ $failures -eq 0 ] || { cat "$work/said" >&2 && exit 1; }
