#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# percpu-stat on real processes: that its numbers are what they did, in each form, and what it says where it
# cannot look. Usage: stat.py PERCPU_STAT WATCHED
import json
import os
import subprocess
import sys
import time

try:
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
except ImportError:
    parse = None

STAT, WATCHED = sys.argv[1:3]
ENVIRONMENT = dict(os.environ, LC_ALL="C")
wrong = []


def expect(good, what):
    if not good:
        wrong.append(what)
        print("FAILED:", what, file=sys.stderr)


class Watched:
    """A process that does what it is told, and has done it when that returns."""

    def __init__(self, conf=None):
        env = dict(os.environ)
        env.pop("PERCPU_CONF", None)
        if conf:
            env["PERCPU_CONF"] = conf
        self.process = subprocess.Popen([WATCHED], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=env, bufsize=1)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()

    def do(self, what):
        self.process.stdin.write(what + "\n")
        answer = self.process.stdout.readline().strip()
        assert answer, what + ": it has ended"
        return answer


def stat(*words):
    return subprocess.run([STAT, *map(str, words)], capture_output=True, text=True,
                          env=ENVIRONMENT, timeout=100)


def figures(pid, *words):
    got = stat("--json", *words, pid)
    assert got.returncode == 0, got.stderr
    (process,) = json.loads(got.stdout)["processes"]
    return process


def refused(why, *words, status=1):
    got = stat(*words)
    expect(got.returncode == status and why in got.stderr and not got.stdout,
           f"{words}: status {got.returncode}, {got.stderr!r}, instead of {why!r}")


# --- numbers are what was done ---
def numbers(conf):
    with Watched(conf) as watched:
        watched.do("alloc 100 16")
        watched.do("alloc 10 1000")
        watched.do("free 4")
        watched.do("count 1000")
        watched.do("visit")
        now = figures(watched.pid)
        expect(now["command"] == "stat_watched" and now["pid"] == watched.pid, f"{conf}: who it is")
        expect((now["allocations"], now["frees"], now["live_areas"]) == (110, 4, 106),
               f"{conf}: calls: {now}")
        expect(now["live_bytes"] == 100 * 16 + 6 * 1000, f"{conf}: bytes: {now}")
        expect(now["holds"] == 1 and now["hold_ns"] == now["longest_hold_ns"] >= 2000000,
               f"{conf}: the visit: {now}")
        expect(now["open_units"] >= 1 and now["resident_bytes"] >= 4096 * now["open_units"],
               f"{conf}: units: {now}")
        expect(now["chunks_made"] - now["chunks_destroyed"] == now["chunks"] > 0 and
               now["largest_free_bytes"] <= now["free_bytes"], f"{conf}: chunks: {now}")
        watched.do("threads 4")
        later = figures(watched.pid, "-a")
        expect(later["allocations"] == 4110 and later["live_areas"] == 106, f"{conf}: threads: {later}")
        expect(sum(cpu["cache_allocations"] for cpu in later["cpus"]) == later["cache_allocations"] and
               sum(cpu["holds"] for cpu in later["cpus"]) == 1, f"{conf}: CPUs: {later}")
        if "cache:off" in (conf or ""):
            expect(later["cache_allocations"] == 0, f"{conf}: caches are off")
        else:
            expect(later["cache_allocations"] > 0 and later["cache_refills"] > 0,
                   f"{conf}: caches: {later}")
        # whoever reads it changes nothing
        expect(dict(figures(watched.pid), seconds=0) == dict(figures(watched.pid), seconds=0),
               f"{conf}: it stands still")


# --- the forms ---
def metrics():
    with Watched() as watched, Watched() as other:
        watched.do("alloc 3 40")
        other.do("alloc 2 40")
        watched.do("visit")
        for words in ((watched.pid,), (watched.pid, other.pid), ("-a", watched.pid)):
            got = stat("--openmetrics", *words)
            expect(got.returncode == 0 and got.stdout.endswith("# EOF\n"), f"metrics of {words}")
            if not parse:
                continue
            families = {family.name: family for family in parse(got.stdout)}
            total = sum(sample.value for sample in families["percpu_allocations"].samples)
            expect(total == (5 if other.pid in words else 3), f"metrics of {words}: {total}")
            of_caches = families["percpu_cache_allocations"].samples[0].labels
            expect(families["percpu_hold_seconds"].unit == "seconds" and
                   families["percpu_live_bytes"].type == "gauge", f"units of {words}")
            expect(sum(s.value for s in families["percpu_hold_seconds"].samples) >= 0.002,
                   f"seconds of {words}")
            ours = families["percpu_allocations"].samples[0].labels
            expect(ours["pid"] == str(watched.pid) and ("cpu" in of_caches) == ("-a" in words),
                   f"labels of {words}")
        many = json.loads(stat("--json", watched.pid, other.pid).stdout)["processes"]
        expect([p["pid"] for p in many] == [watched.pid, other.pid], "two processes")
        everybody = json.loads(stat("--json", "--all").stdout)["processes"]
        expect({watched.pid, other.pid} <= {p["pid"] for p in everybody}, "--all")


def strange_name():
    """What a process calls itself is text of any kind."""
    with Watched() as watched:
        watched.do("alloc 1 8")
        watched.do("name")
        json.loads(stat("--json", watched.pid).stdout)
        text = stat("--openmetrics", watched.pid).stdout
        if parse:
            (family,) = [f for f in parse(text) if f.name == "percpu_frees"]
            expect(family.samples[0].labels["command"] == 'a"b\\\n?', f"a strange name: {family}")


def lines():
    with Watched() as watched:
        watched.do("alloc 50 16")
        got = stat("-c", 3, "-i", 0.01, "-a", watched.pid)
        text = got.stdout.splitlines()
        expect(got.returncode == 0 and "alloc/s" in text[1], f"a heading: {text}")
        expect(len([l for l in text if l.split()[0] == str(watched.pid)]) == 3, f"lines: {text}")
        expect(len({len(l) for l in text if l.split()[0] == str(watched.pid)}) == 1 and
               max(map(len, text)) == len(text[1]), f"columns: {text}")
        expect(text[2].split()[3:5] == ["50", "800"], f"live: {text}")
        expect([l for l in text if l.split()[0].startswith("cpu")], f"CPUs: {text}")
        # while it works
        with subprocess.Popen([STAT, "-i", "0.01", str(watched.pid)], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as watcher:
            for _ in range(8):
                watched.do("threads 2")
                expect(watcher.stdout.readline(), "lines while it works")
            watched.process.kill()
            watched.process.wait()
            watcher.stdout.read()
            err = watcher.stderr.read()
        expect(watcher.returncode == 1 and "has ended" in err, f"it ended: {err}")


# --- children ---
def children():
    with Watched() as watched:
        watched.do("alloc 7 16")
        child = int(watched.do("fork"))
        now = figures(child)
        expect(now["child"] and now["allocations"] == now["live_areas"] == 7, f"a child: {now}")
        watched.do("alloc 2 16")
        expect(figures(child)["live_areas"] == 9 and figures(watched.pid)["live_areas"] == 7,
               "a child counts for itself")


# --- what cannot be looked at ---
def refusals():
    refused("there is no process", 4194303)
    refused("no number of a process", "0", status=2)
    refused("no PID", status=2)
    refused("one word too many", "--all", "1", status=2)
    refused("once", "--json", "-c", "3", "1", status=2)
    refused("once", "--json", "--openmetrics", "1", status=2)
    for wrong_interval in ("0", "nan", "1e9", "x", ""):
        refused("no interval", "-i", wrong_interval, "1", status=2)
    for wrong_count in ("0", "-1", "3x", "99999999999"):
        refused("no count", "-c", wrong_count, "1", status=2)
    refused("has no libpercpu.so", os.getpid())
    with Watched("publish:no") as watched:
        watched.do("alloc 1 8")
        refused("publish:no", watched.pid)
    with Watched() as watched:
        watched.do("number")
        refused("has not used it yet", watched.pid)
    with Watched() as watched:
        watched.do("alloc 1 8")
        watched.do("exec")
        refused("has no libpercpu.so", watched.pid)
    zombie = Watched()
    zombie.process.kill()
    os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
    refused("has ended", zombie.pid)
    zombie.__exit__()
    with Watched() as watched:
        watched.do("alloc 4 8")
        watched.do("close")
        if os.geteuid() == 0:
            expect(figures(watched.pid)["live_areas"] == 4, "root reads what is closed")
        else:
            refused("run percpu-stat as root", watched.pid)


def others():
    """What belongs to somebody else, and what he has closed."""
    if os.geteuid() != 0 or not os.path.exists("/usr/bin/setpriv"):
        print("not root: other users are not tried")
        return

    def as_nobody(*words):
        return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", STAT,
                               *map(str, words)], capture_output=True, text=True, env=ENVIRONMENT)

    with Watched() as watched:
        watched.do("alloc 1 8")
        got = as_nobody(watched.pid)
        if "cannot execute" in got.stderr or "failed to execute" in got.stderr:
            print("the program cannot be reached by others: not tried")
            return
        expect(got.returncode == 1 and "as its user, or as root" in got.stderr, got.stderr)
        got = as_nobody("--all", "--json")
        expect(got.returncode == 1 and "no process" in got.stderr, got.stderr)


def fakes():
    """Pages that are none are refused, each for one thing that is wrong with it."""
    for what in range(18):
        with Watched() as watched:
            watched.do("alloc 1 8")
            watched.do(f"fake {what}")
            why = {2: "another version", 11: "forked by process 1,", 16: "just beginning"}.get(
                what, "can be believed")
            refused(why, watched.pid)
    with Watched() as watched:
        watched.do("alloc 1 8")
        watched.do("fake 99")
        expect(stat("-c", "1", watched.pid).returncode == 0, "a page as it should be is read")


for conf in (None, "backend:fallback", "alloc:page", "cache:off", "shared:yes", "possible:64"):
    numbers(conf)
metrics()
strange_name()
lines()
children()
refusals()
others()
fakes()
if not parse:
    print("there is no python3-prometheus-client: OpenMetrics was not parsed")
sys.exit(bool(wrong))
