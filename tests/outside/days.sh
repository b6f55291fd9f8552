#!/usr/bin/env bash
# Two runs on different days, in different time zones and languages: with SOURCE_DATE_EPOCH the same bytes in every format
# and in the bundle of an audit.
source "$(dirname "$0")/reports.sh"
# The library alone: the program around it leaves a file of shared memory behind for every process number it ran under, and
# fails where there is one.
faketime=$(find /usr/lib -path '*/faketime/libfaketime.so.1' -print -quit 2>/dev/null)
[[ $faketime ]] || skip "faketime is not installed (Debian: faketime)"

# on DAY ZONE COMMAND...: the command on that day, an error where it neither succeeds nor only finds something.
on() {
    local status=0
    TZ=$2 LD_PRELOAD=$faketime FAKETIME="@$1 07:08:09" "${@:3}" >"$scratch/log" 2>&1 || status=$?
    ((status <= 1)) || { cat "$scratch/log"; fail "'${*:3}' ended with exit status $status"; }
}
one=2026-11-05 other=2031-05-06
site=fixtures/site/scom/site.toml
export=fixtures/site/scom/exports/core-fw.cfg

# The days are really different ones: a baseline without SOURCE_DATE_EPOCH says the day it was written on.
unset SOURCE_DATE_EPOCH
for day in "$one" "$other"; do
    on "$day" UTC "$fwproof" lint "$export" --write-baseline "$scratch/known-$day"
    grep -q "\"written\": \"$day\"" "$scratch/known-$day" || fail "the clock of $day is not believed"
done

export SOURCE_DATE_EPOCH=1793772000
formats=(fixtures/report/*/)
formats=("${formats[@]%/}") formats=("${formats[@]##*/}")
outputs() { # every format beside one another, and a baseline
    local folder=$1 format
    mkdir -p "$folder"
    for format in "${formats[@]}"; do printf '%s\n' --format "$format" --output "$folder/$format"; done
    printf '%s\n' --write-baseline "$folder/baseline"
}
for command in "check --site $site" "lint $export" "lint --site $site --select all"; do
    name=${command//[^a-z]/-}
    # The same names in both runs: file names are no part of the answer, but nothing is left to chance.
    for day in "$one" "$other"; do
        mapfile -t words < <(outputs "$scratch/now")
        zone=UTC && [[ $day == "$one" ]] || zone=Asia/Tokyo
        # shellcheck disable=SC2086
        on "$day" "$zone" "$fwproof" $command "${words[@]}"
        rm -rf "$scratch/$name-$day" && mv "$scratch/now" "$scratch/$name-$day"
    done
    diff -rq "$scratch/$name-$one" "$scratch/$name-$other" || fail "'$command' tells the day"
    [[ $(ls "$scratch/$name-$one" | wc -l) == $((${#formats[@]} + 1)) ]] || fail "a format was not written"
done

for day in "$one" "$other"; do
    on "$day" UTC "$fwproof" evidence "$scratch/audit-$day" --site "$site"
done
diff -rq "$scratch/audit-$one" "$scratch/audit-$other" || fail "the bundle tells the day"
unset SOURCE_DATE_EPOCH
on 2040-02-29 Asia/Tokyo "$fwproof" evidence --verify "$scratch/audit-$one"
grep -q ': the same, ' "$scratch/log" || { cat "$scratch/log"; fail "the bundle is not the same years later"; }
echo "passed: ${#formats[@]} formats of three runs and a bundle are the same on $one and $other"
