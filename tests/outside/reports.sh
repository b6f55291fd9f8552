# Sourced by the tests of this directory: reports to give to an outside tool, and how to end.
# usage of a test: TEST FWPROOF SOURCE_ROOT SCRATCH_DIRECTORY
set -euo pipefail
fwproof=$1 root=$2 scratch=$3/outside-$(basename "$0" .sh)
rm -rf "$scratch" && mkdir -p "$scratch"
cd "$root"
tools=$root/build/outside/node_modules # ./dev test installs them

skip() { echo "skipped: $*"; exit 77; } # ctest shows it as skipped
fail() { echo "FAILED: $*"; exit 1; }

# reports_in FORMAT EXTENSION: the example sites and the hostile sample as files in $scratch.
reports_in() {
    local site status
    for site in scom scom-clean; do
        status=0
        SOURCE_DATE_EPOCH=1793772000 "$fwproof" check --site "fixtures/site/$site/site.toml" --format "$1" \
            --output "$scratch/$site.$2" || status=$?
        ((status <= 1)) || fail "fwproof ended with exit status $status"
    done
    cp "fixtures/report/$1/sample.golden" "$scratch/sample.$2"
}

# change_in FORMAT EXTENSION: the report of a change as a file in $scratch.
change_in() {
    "$fwproof" diff fixtures/diff/object-edit/old.cfg fixtures/diff/object-edit/new.cfg --format "$1" \
        --output "$scratch/change.$2"
}
