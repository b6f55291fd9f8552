#!/usr/bin/env bash
# xmllint holds the JUnit report to the schema, and its counts to what it counts.
source "$(dirname "$0")/reports.sh"
command -v xmllint >/dev/null || skip "xmllint is not installed (Debian: libxml2-utils)"
schema=tests/outside/junit.xsd
reports_in junit xml
change_in junit xml
for file in "$scratch"/*.xml; do
    xmllint --noout --schema "$schema" "$file" || fail "$file is not valid"
    [[ $(xmllint --xpath 'count(//failure) = /testsuites/@failures and count(//testcase) = /testsuites/@tests and
        count(//skipped) = sum(//testsuite/@skipped)' "$file") == true ]] || fail "the counts of $file are wrong"
done
[[ $(xmllint --xpath 'count(//failure) > 5' "$scratch/scom.xml") == true ]] || fail "the site's errors are no failures"
[[ $(xmllint --xpath 'count(//failure)' "$scratch/scom-clean.xml") == 0 ]] || fail "the repaired site has failures"
sed 's/<testcase /<testcase file="x" /' "$scratch/scom.xml" >"$scratch/bad"
! xmllint --noout --schema "$schema" "$scratch/bad" 2>/dev/null || fail "the schema accepts anything"
echo "passed: $(ls "$scratch"/*.xml | wc -l) reports are valid JUnit XML"
