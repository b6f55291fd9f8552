#!/usr/bin/env bash
# python3-jsonschema holds the JSON report to the schema that is shipped, and GitLab's, OSCAL's and in-toto's to what they
# document.
source "$(dirname "$0")/reports.sh"
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
reports_in json json
reports_in gitlab gitlab
reports_in oscal oscal
reports_in intoto intoto
changes=(fixtures/diff/*/json.golden)
check=fixtures/check/required-flow-lost
mkdir "$scratch"/{old,new}
cp fixtures/diff/edit/old.v4 "$scratch/old/a.v4" && cp fixtures/diff/edit/new.v4 "$scratch/new/b.v4"
echo nothing >"$scratch/old/edge.v4" && cp "$check/good.v4" "$scratch/new/edge.v4"
"$fwproof" diff "$scratch/old" "$scratch/new" --format json --output "$scratch/folders.change" || fail "diff of folders"
"$fwproof" diff "$check/good.v4" "$check/bad.v4" --site "$check/site.toml" --format json --fail-on never \
    --output "$scratch/required.change" || fail "diff with a site"
for change in "${changes[@]}"; do cp "$change" "$scratch/$(basename "$(dirname "$change")").change"; done
/usr/bin/python3 - "$scratch" schemas/fwproof-{result,diff}-1.schema.json tests/outside/{gitlab,oscal,intoto}.schema.json <<'PY'
import copy, glob, json, sys
import jsonschema

def strict(schema):
    """The shipped schema lets readers meet new keys; the program may print only those that it describes."""
    schema = copy.deepcopy(schema)
    def close(node):
        if isinstance(node, dict):
            if node.get("type") == "object": node["additionalProperties"] = False
            for value in node.values(): close(value)
        elif isinstance(node, list):
            for value in node: close(value)
    close(schema)
    return schema

def validator(schema):
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)

def refused(check, report, path, value):
    broken = copy.deepcopy(report)
    node = broken
    for key in path[:-1]: node = node[key]
    node[path[-1]] = value
    assert list(check.iter_errors(broken)), f"the schema accepts {value!r} at {path}"

def references(node, found):
    """The identifiers of an OSCAL document, and what refers to them."""
    if isinstance(node, dict):
        if "uuid" in node: found[0].append(node["uuid"])
        if "observation-uuid" in node: found[1].append(node["observation-uuid"])
        if node.get("href", "").startswith("#"): found[1].append(node["href"][1:])
        for value in node.values(): references(value, found)
    elif isinstance(node, list):
        for value in node: references(value, found)

scratch, result, diff, gitlab, oscal, intoto = sys.argv[1], *(json.load(open(name)) for name in sys.argv[2:])
count = 0
for kind, schema, path in (("json", strict(result), ["findings", 0, "severity"]),
                           ("change", strict(diff), ["effect"]), ("gitlab", gitlab, [0, "severity"]),
                           ("oscal", oscal, ["assessment-results", "results", 0, "findings", 0, "target", "target-id"]),
                           ("intoto", intoto, ["subject", 0, "digest"])):
    check = validator(schema)
    for name in sorted(glob.glob(f"{scratch}/*.{kind}")):
        report = json.load(open(name))
        for problem in check.iter_errors(report):
            sys.exit(f"FAILED: {name}: {'/'.join(map(str, problem.path))}: {problem.message}")
        count += 1
        if report: refused(check, report, path, "terrible 5")
        if kind != "oscal": continue
        there, meant = [], []
        references(report, (there, meant))
        assert len(set(there)) == len(there), "an identifier is there twice"
        assert set(meant) <= set(there), "an identifier leads nowhere"
prints = [issue["fingerprint"] for issue in json.load(open(f"{scratch}/scom.gitlab"))]
states = [f["target"]["status"]["state"] for f in
          json.load(open(f"{scratch}/scom-clean.oscal"))["assessment-results"]["results"][0]["findings"]]
assert states.count("satisfied") > 5, "the repaired site satisfies nothing"
assert len(prints) > 10 and len(set(prints)) == len(prints), "GitLab hides issues with equal fingerprints"
print(f"passed: {count} reports match their schemas")
PY
