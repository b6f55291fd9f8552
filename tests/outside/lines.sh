#!/usr/bin/env bash
# What has no schema: Python's csv module reads the table, cmark-gfm renders the Markdown as GitHub does, and the
# annotations are read by the grammar of GitHub's runner. All must hold what the JSON report holds, and no markup of their
# own making.
source "$(dirname "$0")/reports.sh"
command -v cmark-gfm >/dev/null || skip "cmark-gfm is not installed (Debian: cmark-gfm)"
for kind in csv markdown github; do reports_in "$kind" "$kind"; done
reports_in json json
for file in "$scratch"/*.markdown; do
    cmark-gfm --unsafe --extension table --extension strikethrough --extension autolink "$file" >"$file.html"
done
/usr/bin/python3 - "$scratch" <<'PY'
import csv, glob, html.parser, json, re, sys
scratch = sys.argv[1]
for name in sorted(glob.glob(f"{scratch}/*.json")):
    base, report = name[:-5], json.load(open(name))
    findings, flows = report["findings"], report["flows"]

    rows = list(csv.reader(open(base + ".csv", newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}, f"{base}.csv: rows of different lengths"
    assert [row[-1] for row in rows[1:]] == [f["fingerprint"] for f in findings], f"{base}.csv: other findings"
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t")), f"{base}.csv: a formula: {cell}"

    class Page(html.parser.HTMLParser):
        def __init__(self):
            super().__init__()
            self.counts, self.headings = {}, []
        def handle_starttag(self, tag, attributes):
            self.counts[tag] = self.counts.get(tag, 0) + 1
            assert not attributes or tag in ("th", "td"), f"{base}.markdown: <{tag} {attributes}>"
    page = Page()
    page.feed(open(base + ".markdown.html").read())
    known = {"h2", "h3", "p", "strong", "details", "summary", "b", "pre", "code", "table", "thead", "tbody", "tr", "th", "td",
             "br", "ul", "li"}
    assert set(page.counts) <= known, f"{base}.markdown: {set(page.counts) - known}"
    assert page.counts.get("details", 0) == len(findings) == page.counts.get("pre", 0), f"{base}.markdown: findings"
    tables = [len(flows)] * bool(flows) + [len(report["files"])]
    assert page.counts["tr"] == sum(tables) + len(tables), f"{base}.markdown: rows of tables"

    shown = {"error": 0, "warning": 0, "notice": 0}
    grammar = re.compile(r"::(error|warning|notice) ((?:file|line|col|title)=[^,:]+(?:,(?:file|line|col|title)=[^,:]+)*)::(.+)")
    for line in open(base + ".github", newline="").read().split("\n")[:-1]:
        command = grammar.fullmatch(line)
        assert command, f"{base}.github: {line}"
        assert not re.search(r"%(?!25|0A|0D|3A|2C)", command[2] + command[3]), f"{base}.github: {line}"
        shown[command[1]] += 1
    assert max(shown.values()) <= 10, f"{base}.github: GitHub shows ten of each kind: {shown}"
    waiting = sum(f["severity"] == "error" and not f["waived_by"] for f in findings)
    assert shown["error"] == min(waiting, 10), f"{base}.github: {shown} of {waiting} errors"
print("passed: tables, Markdown and annotations hold what the JSON reports hold")
PY
