#!/usr/bin/env bash
# python3-jsonschema holds the JSON report to the schema that is shipped, and GitLab's to what GitLab documents.
source "$(dirname "$0")/reports.sh"
/usr/bin/python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
reports_in json json
reports_in gitlab gitlab
/usr/bin/python3 - "$scratch" schemas/fwproof-result-1.schema.json tests/outside/gitlab.schema.json <<'PY'
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

scratch, result, gitlab = sys.argv[1], *(json.load(open(name)) for name in sys.argv[2:])
count = 0
for kind, schema, path in (("json", strict(result), ["findings", 0, "severity"]), ("gitlab", gitlab, [0, "severity"])):
    check = validator(schema)
    for name in sorted(glob.glob(f"{scratch}/*.{kind}")):
        report = json.load(open(name))
        for problem in check.iter_errors(report):
            sys.exit(f"FAILED: {name}: {'/'.join(map(str, problem.path))}: {problem.message}")
        count += 1
        if report: refused(check, report, path, "terrible")
prints = [issue["fingerprint"] for issue in json.load(open(f"{scratch}/scom.gitlab"))]
assert len(prints) > 10 and len(set(prints)) == len(prints), "GitLab hides issues with equal fingerprints"
print(f"passed: {count} reports match their schemas")
PY
