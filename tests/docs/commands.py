#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""commands.py SOURCE PREFIX WORK TESTS [whole]: runs the pages' commands, as they are written there.

PREFIX has the installed library, WORK is a folder to work in, and TESTS a file with the names of all tests. What is
not run is in commands.list, with the test that does it instead. A command that is neither run nor there fails, and so
does one that is there and in no page. With "whole" those are run that the list gives to docs_commands_whole: in
WORK/source, a copy of the sources.

Commands are what stands in blocks of code without a language, or of "sh" or "console", and begins like one. In the
pages for beginners every such block has to be commands; and there, what begins like one within the text is one too.
Output is compared where a page shows it: in "console" blocks, where lines that begin with "$" are commands ("..." is
anything), and where the text says "prints `...`" in the paragraph of the command, or in the one behind it.
"""
import fnmatch
import os
import re
import subprocess
import sys

FOR_BEGINNERS = ("README.md", "docs/guide.md", "docs/install.md")
FIRST_WORDS = set("""cc gcc g++ clang cmake ctest cpack ninja make sh bash sudo apt-get man mandoc pkg-config git gdb perf
    bpftrace valgrind awk sed grep cat ulimit cp cd ldd dpkg curl kill""".split())
FIRST_WORD = re.compile(r"^(percpu-[a-z]+$|\./|(build|bench|tests|examples|cmake)/|[A-Z_]+=)")
SECONDS_EACH = 60


class Command:
    def __init__(self, page, line, text):
        self.page, self.line, self.text = page, line, text
        self.shown = None       # the output that the page shows: lines
        self.prints = None      # what the text says that the last line is

    def where(self):
        return f"{self.page}:{self.line}: {self.text}"


def begins_like_one(text):
    words = text.split()
    if not words:
        return False
    if re.match(r"^[A-Z_]+=", words[0]):
        return len(words) > 1
    return words[0] in FIRST_WORDS or bool(FIRST_WORD.match(words[0]))


def is_unfinished(text):
    return text.endswith("\\") or text.count("'") % 2 or text.count('"') % 2


def blocks_of(lines):
    """(number of the first line, language or "", lines) of each block of code; and ("text", ...) of each paragraph."""
    i, blank = 0, True
    while i < len(lines):
        line = lines[i]
        begin = i
        if line.startswith("```"):
            language = line[3:].strip()
            i += 1
            while i < len(lines) and not lines[i].startswith("```"):
                i += 1
            yield begin + 2, language, lines[begin + 1:i]
            i += 1
            blank = True
        elif blank and re.match(r"^(    |\t)", line):
            while i < len(lines) and (re.match(r"^(    |\t)", lines[i]) or not lines[i].strip()):
                i += 1
            yield begin + 1, "", [re.sub(r"^(    |\t)", "", each) for each in lines[begin:i]]
            blank = True
        elif line.strip():
            while i < len(lines) and lines[i].strip() and not lines[i].startswith("```"):
                i += 1
            yield begin + 1, "text", lines[begin:i]
            blank = False
        else:
            i += 1
            blank = True


def commands_of_block(page, number, language, lines):
    """The commands of a block, None if it is of something else, and the lines that are none."""
    console = language == "console" or any(line.startswith("$ ") for line in lines)
    commands, others, open_one = [], [], None
    for offset, line in enumerate(lines):
        if open_one:
            open_one.text += "\n" + line
        elif console and not line.startswith("$ "):
            if commands and line.strip():
                commands[-1].shown = (commands[-1].shown or []) + [line]
            continue
        elif not line.strip() or line.startswith("#"):
            continue
        else:
            text = line[2:] if console else line
            if not begins_like_one(text):
                others.append((number + offset, line))
                continue
            open_one = Command(page, number + offset, text)
            commands.append(open_one)
        if not is_unfinished(open_one.text):
            open_one = None
    return commands, others


def commands_of(page, text):
    """The commands of a page, in their order, and what is wrong with it."""
    found, wrong, before = [], [], []
    for number, language, lines in blocks_of(text.split("\n")):
        if language == "text":
            paragraph = " ".join(lines)
            prints = re.search(r"prints\s+`([^`]+)`", paragraph)
            for span in re.finditer(r"(?<!`)`([^`]+)`(?!`)", paragraph):
                if page in FOR_BEGINNERS and " " in span.group(1) and begins_like_one(span.group(1)):
                    found.append(Command(page, number, span.group(1)))
                    if prints and span.end() <= prints.start():
                        before = found[-1:]
            if prints and before:
                before[-1].prints = prints.group(1)
            before = []
        elif language in ("", "sh", "console"):
            commands, others = commands_of_block(page, number, language, lines)
            if commands or page in FOR_BEGINNERS:
                wrong += [f"{page}:{line}: does not begin like a command: {text}" for line, text in others]
            found += commands
            before = commands
        else:
            before = []
    return found, wrong


class Exceptions:
    """commands.list: which commands are not run here, and which test does it."""

    def __init__(self, path, tests):
        self.tests, self.reasons, self.used, self.wrong = {}, {}, set(), []
        key = None
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip("\n")
                if not line or line.startswith("#"):
                    continue
                if line.startswith("\t"):
                    test, _, reason = line[1:].partition(": ")
                    if not key or not reason:
                        self.wrong.append(f"commands.list:{number}: no command, or no reason")
                    if test not in tests:
                        self.wrong.append(f"commands.list:{number}: there is no test {test}")
                    self.tests[key], self.reasons[key], key = test, reason, None
                    continue
                page, _, command = line.partition(": ")
                key = (page, command)
                if key in self.tests:
                    self.wrong.append(f"commands.list:{number}: is there twice")

    def test_of(self, command):
        """The test that runs it, or None."""
        for key in self.tests:
            first = command.text.split("\n")[0]
            if key[0] == command.page and (key[1] == first or key[1].endswith("*") and fnmatch.fnmatchcase(first, key[1])):
                self.used.add(key)
                return self.tests[key]
        return None

    def unused(self):
        return [f"commands.list: {page}: no such command: {command}" for page, command in self.tests
                if (page, command) not in self.used]


def agrees(shown, output):
    """Whether the lines of OUTPUT are those that are SHOWN, where "..." is anything."""
    pattern = "\n".join(".*" if line.strip() == "..." else ".*".join(map(re.escape, line.rstrip().split("...")))
                        for line in shown)
    output = "\n".join(line.rstrip() for line in output.strip("\n").split("\n"))
    return re.fullmatch(pattern, output, re.DOTALL) is not None


def run(command, folder, environment, seconds):
    """What is wrong with it, or None."""
    try:
        done = subprocess.run(["sh", "-c", command.text], cwd=folder, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"{command.where()}\n    does not end"
    output = done.stdout.decode(errors="replace")
    if done.returncode:
        return f"{command.where()}\n    exit status {done.returncode}: {output[-2000:]}"
    if command.shown and not agrees(command.shown, output):
        return f"{command.where()}\n    does not print what the page shows, but\n{output}"
    if command.prints and output.strip().split("\n")[-1] != command.prints:
        return f"{command.where()}\n    does not print {command.prints}, but {output}"
    return None


def environment_of(prefix, work):
    """A shell that has the library where a system has it."""
    libraries = [root for root, _, files in os.walk(prefix) if "libpercpu.a" in files]
    environment = {name: value for name, value in os.environ.items()
                   if name in ("PATH", "LANG", "CC", "CXX", "CCACHE_DIR", "TMPDIR") or name.startswith("LC_")}
    environment.update({
        "HOME": work, "PID": str(os.getpid()), "MANPATH": f"{prefix}/share/man", "MANPAGER": "cat", "PAGER": "cat", "CPATH": f"{prefix}/include",
        "LIBRARY_PATH": libraries[0], "LD_LIBRARY_PATH": libraries[0], "PKG_CONFIG_PATH": f"{libraries[0]}/pkgconfig",
        "CMAKE_PREFIX_PATH": prefix,
        "PATH": f"{prefix}/bin:{environment['PATH']}"})
    return environment


def program_of(readme):
    """README's program."""
    return re.search(r"^```c\n(.*?)^```$", readme, re.DOTALL | re.MULTILINE).group(1)


def make_folder(source, folder, readme):
    """What a reader has who does what the pages say: the program of README, and the examples."""
    os.makedirs(folder)
    with open(f"{folder}/main.c", "w", encoding="utf-8") as file:
        file.write(program_of(readme))
    os.symlink(f"{source}/examples", f"{folder}/examples")
    os.symlink(f"{source}/tests/install/project/kernel_file.c", f"{folder}/file.c")
    os.symlink(f"{source}/tests/linux/own/packet_stats.c", f"{folder}/packet_stats.c")
    os.symlink(f"{source}/tests/docs/program/CMakeLists.txt", f"{folder}/CMakeLists.txt")


def pages_of(source, whole):
    # what is built first is installed then
    pages = ["docs/install.md"] * whole + ["README.md"]
    pages += sorted(f"docs/{name}" for name in os.listdir(f"{source}/docs") if name.endswith(".md"))
    return list(dict.fromkeys(pages + ["examples/http_server/README.md"]))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def run_all(commands, folder, make, environment, seconds):
    """Runs them one after the other in FOLDER, which make() makes: the failures."""
    failures = []
    if commands and not os.path.isdir(folder):
        make(folder)
    for command in commands:
        print(command.where(), flush=True)
        failure = run(command, folder, environment, seconds)
        if failure:
            failures.append(failure)
    return failures


def main(source, prefix, work, tests, whole):
    here = os.path.dirname(os.path.abspath(__file__))
    exceptions = Exceptions(f"{here}/commands.list", set(read(tests).split()))
    ours = "docs_commands_whole" if whole else None
    seconds = SECONDS_EACH * (60 if whole else 1)
    environment = environment_of(prefix, work)
    readme = read(f"{source}/README.md")
    failures, count, others = [], 0, 0
    for page in pages_of(source, whole):
        commands, wrong = commands_of(page, read(f"{source}/{page}"))
        chosen = [command for command in commands if exceptions.test_of(command) == ours]
        folder = f"{work}/source" if whole else f"{work}/{os.path.basename(page)}.folder"
        failures += wrong
        failures += run_all(chosen, folder, lambda path: make_folder(source, path, readme), environment, seconds)
        count += len(chosen)
        others += len(commands) - len(chosen)
    failures += exceptions.wrong + exceptions.unused()
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    print(f"{count} commands were run, {others} are other tests', {len(failures)} failures")
    return bool(failures) or count == 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5], whole=sys.argv[5:] == ["whole"]))
