#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""site.py FOLDER: what is wrong with the HTML pages of a folder, a line each.

Every link leads to a file, and to an id of it; every image and style sheet is there; no id is there twice; nothing is
loaded from elsewhere (a link to elsewhere is followed by who wants to, and is fine); every page can be reached from
index.html, and has a title, a text and a width of its own on phones.
"""
import html.parser
import os
import re
import sys
import urllib.parse

# What a browser fetches by itself.
LOADS = {"img": "src", "script": "src", "iframe": "src", "embed": "src", "source": "src", "video": "src", "audio": "src",
         "input": "src", "link": "href", "object": "data", "image": "href", "use": "href"}
CSS_LOADS = re.compile(r"@import|url\(", re.IGNORECASE)


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.ids, self.twice, self.links, self.loads, self.tags = set(), [], [], [], set()
        self.viewport = False
        self.styles = ""
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        attrs = dict(attrs)
        if "id" in attrs:
            if attrs["id"] in self.ids:
                self.twice.append(attrs["id"])
            self.ids.add(attrs["id"])
        if tag == "a" and attrs.get("href") is not None:
            self.links.append(attrs["href"])
        if attrs.get(LOADS.get(tag)) is not None:
            self.loads.append(attrs[LOADS[tag]])
        if attrs.get("srcset"):
            self.loads += [part.split()[0] for part in attrs["srcset"].split(",")]
        self.styles += attrs.get("style") or ""
        self.viewport |= tag == "meta" and attrs.get("name") == "viewport"

    def handle_data(self, data):
        if self.lasttag == "style":
            self.styles += data


def is_elsewhere(target):
    return bool(urllib.parse.urlsplit(target).scheme) or target.startswith("//")


def resolved(page, target):
    """The file and the id that TARGET means in PAGE."""
    path, anchor = urllib.parse.urldefrag(target)
    path = os.path.normpath(os.path.join(os.path.dirname(page), urllib.parse.unquote(path))) if path else page
    return path, urllib.parse.unquote(anchor)


def wrong_with(folder, pages, name, page):
    for found in page.twice:
        yield f"id {found} is there twice"
    for tag in {"title", "main"} - page.tags:
        yield f"there is no {tag}"
    if not page.viewport:
        yield "a phone shows it as a large page"
    if CSS_LOADS.search(page.styles):
        yield "a style loads something"
    for target in page.loads:
        if is_elsewhere(target):
            yield f"{target} is loaded from elsewhere"
        elif not os.path.isfile(os.path.join(folder, resolved(name, target)[0])):
            yield f"{target} is not there"
    for target in page.links:
        if is_elsewhere(target):
            if urllib.parse.urlsplit(target).scheme not in ("http", "https", "mailto"):
                yield f"{target} is no address"
            continue
        path, anchor = resolved(name, target)
        if path in pages:
            if anchor and anchor not in pages[path].ids:
                yield f"{target}: {path} has no such id"
        elif not os.path.isfile(os.path.join(folder, path)):
            yield f"{target} leads nowhere"


def unreachable(pages):
    seen, todo = set(), ["index.html"]
    while todo:
        name = todo.pop()
        if name in seen or name not in pages:
            continue
        seen.add(name)
        todo += [resolved(name, target)[0] for target in pages[name].links if not is_elsewhere(target)]
    return sorted(set(pages) - seen)


def main(folder):
    pages, failures, links = {}, 0, 0
    for root, _, files in os.walk(folder):
        for file in files:
            name = os.path.relpath(os.path.join(root, file), folder)
            if file.endswith(".html"):
                pages[name] = Page(os.path.join(root, file))
            elif file.endswith((".css", ".svg")):
                with open(os.path.join(root, file), encoding="utf-8") as text:
                    text = text.read()
                if file.endswith(".css") and CSS_LOADS.search(text) or re.search(r'(href|src)="(https?:)?//', text):
                    print(f"{name}: loads something")
                    failures += 1
    for name, page in sorted(pages.items()):
        links += len(page.links) + len(page.loads)
        for what in wrong_with(folder, pages, name, page):
            print(f"{name}: {what}")
            failures += 1
    for name in unreachable(pages):
        print(f"{name}: nothing leads there")
        failures += 1
    print(f"{len(pages)} pages, {links} links, {failures} wrong")
    return failures > 0 or "index.html" not in pages


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
