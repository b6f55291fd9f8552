#!/usr/bin/env bash
# Microsoft's SARIF multitool with its rules for the format and for GitHub code scanning, and its own line hashes.
source "$(dirname "$0")/reports.sh"
multitool=$tools/@microsoft/sarif-multitool-linux/Sarif.Multitool
[[ -x $multitool ]] || skip "the SARIF multitool is not installed (npm: @microsoft/sarif-multitool)"
"$multitool" --version >/dev/null 2>&1 || [[ $? -lt 126 ]] || skip "the SARIF multitool does not run on this machine"

# Its exit status says nothing; what it found is in its own log.
problems() {
    "$multitool" validate "$1" --rule-kind 'Sarif;Ghas' -o "$1.found" --log ForceOverwrite --level 'Error;Warning' \
        >"$1.log" 2>&1 || true
    [[ -s $1.found ]] && ! grep -q 'skipped entirely' "$1.log" || { cat "$1.log"; fail "the multitool said nothing about $1"; }
    /usr/bin/python3 - "$1.found" <<'PY'
import json, sys
run = json.load(open(sys.argv[1]))["runs"][0]
for result in run["results"]:
    # SARIF2005 asks for a home page on the web, which the tool does not have.
    if result["ruleId"] != "SARIF2005":
        print(result["ruleId"], result.get("level", "warning"), json.dumps(result["message"]))
for note in run["invocations"][0].get("toolExecutionNotifications", []):
    if note.get("level") == "error": print("error", json.dumps(note["message"]))
PY
}

reports_in sarif sarif
change_in sarif sarif
# What is new, what a baseline has, and what is gone.
known=$scratch/known.json export=$scratch/rules.v4
cp fixtures/check/shadowed-rule/bad.v4 "$export"
"$fwproof" lint --fail-on never --write-baseline "$known" "$export" >"$scratch/first"
sed -i 's/^COMMIT/-A INPUT -p tcp -m tcp --dport 23 -j ACCEPT\nCOMMIT/' "$export"
"$fwproof" lint --fail-on never --baseline "$known" --format sarif --output "$scratch/states.sarif" "$export"
for file in "$scratch"/*.sarif; do
    found=$(problems "$file")
    [[ -z $found ]] || fail "$file: $found"
done
sed 's/"startLine": [0-9]*/"startLine": 0/' "$scratch/scom.sarif" >"$scratch/bad.sarif"
[[ -n $(problems "$scratch/bad.sarif") ]] || fail "the validator accepts anything"

# The same results without our line hashes, and with absolute places so that the multitool finds the lines.
/usr/bin/python3 - "$scratch/scom.sarif" "$scratch/bare" "$root" <<'PY'
import json, sys
log = json.load(open(sys.argv[1]))
for result in log["runs"][0]["results"]:
    result["partialFingerprints"].pop("primaryLocationLineHash", None)
    for place in result["locations"]:
        artifact = place["physicalLocation"]["artifactLocation"]
        artifact["uri"] = "file://" + sys.argv[3] + "/" + artifact["uri"]
json.dump(log, open(sys.argv[2], "w"))
PY
"$multitool" rewrite "$scratch/bare" -o "$scratch/hashed" --insert RollingHashPartialFingerprints --log ForceOverwrite \
    >"$scratch/rewrite.log" 2>&1 || { cat "$scratch/rewrite.log"; fail "the multitool did not rewrite the log"; }
/usr/bin/python3 - "$scratch/scom.sarif" "$scratch/hashed" <<'PY'
import json, sys
key = "primaryLocationLineHash"
ours, theirs = (json.load(open(name))["runs"][0]["results"] for name in sys.argv[1:])
compared = 0
for a, b in zip(ours, theirs):
    if key not in a["partialFingerprints"]: continue
    compared += 1
    assert a["partialFingerprints"][key] == b["partialFingerprints"][key], (a["message"], b["partialFingerprints"])
assert compared > 15, compared
print(f"passed: reports are clean, {compared} line hashes are the multitool's")
PY
