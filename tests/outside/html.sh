#!/usr/bin/env bash
# The HTML report in headless Chromium. Screenshots and PDFs stay in the scratch directory, to be looked at.
source "$(dirname "$0")/reports.sh"
chromium=$(command -v chromium) || skip "chromium is not installed"
command -v node >/dev/null || skip "node is not installed"
[[ -d $tools/playwright-core ]] || skip "playwright is not installed (npm: playwright-core)"
reports_in html html
node tests/outside/html.js "$chromium" "$tools" "$scratch" "$scratch"/*.html
