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
command -v lintian >/dev/null || skip "lintian is not installed"
lintian --fail-on error --allow-root "$package" || fail "lintian found errors"
