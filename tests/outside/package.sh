#!/usr/bin/env bash
# What is installed works from where it is installed, and the Debian package of it is accepted by lintian.
source "$(dirname "$0")/reports.sh"
build=$(dirname "$3")

cmake --install "$build" --prefix "$scratch/usr" >/dev/null
for file in bin/fwproof share/man/man1/fwproof.1.gz share/man/man5/fwproof-site.5.gz share/man/man5/fwproof-catalog.5.gz \
    share/man/man7/fwproof-checks.7.gz share/fwproof/catalogs/scom.toml share/fwproof/fwproof-{result,diff}-1.schema.json \
    share/bash-completion/completions/fwproof share/zsh/vendor-completions/_fwproof share/fish/vendor_completions.d/fwproof.fish; do
    [[ -s $scratch/usr/$file ]] || fail "not installed: $file"
done
status=0
(cd / && "$scratch/usr/bin/fwproof" check --site "$root/fixtures/site/scom-clean/site.toml") >/dev/null || status=$?
((status == 0)) || fail "the installed program ended with exit status $status"

(cd "$build" && cpack -G DEB -B "$scratch/package" >/dev/null)
package=$(echo "$scratch"/package/*.deb)
dpkg-deb --extract "$package" "$scratch/extracted"
cmp -s <("$scratch/extracted/usr/bin/fwproof" --version) <("$fwproof" --version) || fail "the packaged program is another"
description=$(dpkg-deb --field "$package" Description)
[[ $description == "prove what a firewall policy permits"$'\n'" fwproof reads exports"* ]] || fail "it is described as: $description"
# Into a system of its own, with the libraries that are here.
mkdir -p "$scratch"/system/var/lib/dpkg/{info,updates,triggers}
touch "$scratch"/system/var/lib/dpkg/{status,available}
dpkg --root="$scratch/system" --force-depends --force-not-root --log=/dev/null --install "$package" >"$scratch/dpkg" 2>&1 ||
    fail "it cannot be installed: $(cat "$scratch/dpkg")"
[[ $(dpkg-query --admindir="$scratch/system/var/lib/dpkg" -W -f '${Status}' fwproof) == "install ok installed" ]] ||
    fail "it is not installed"
command -v lintian >/dev/null || skip "lintian is not installed"
lintian --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs --allow-root "$package" ||
    fail "lintian found errors"
