#!/usr/bin/env bash
# Installs what `npm run bench:browser` needs: puppeteer-core beside this file, and Chromium and Firefox from Debian's packages
# (root only). A browser that cannot be had is named, and left out of the table.
cd "$(dirname "$0")" || exit 1
[ -d node_modules/puppeteer-core ] ||
  npm install --no-package-lock --no-save --ignore-scripts --silent ||
  { echo "puppeteer-core could not be installed" >&2; exit 1; }

absent=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || absent+=(chromium)
command -v firefox-esr >/dev/null || command -v firefox >/dev/null || absent+=(firefox-esr)
[ ${#absent[@]} = 0 ] && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  for package in "${absent[@]}"; do
    apt-get install -y -qq "$package" >/dev/null 2>&1 ||
      { apt-get update -qq && apt-get install -y -qq "$package" >/dev/null; } ||
      echo "missing: $package (apt-get failed)" >&2
  done
else
  echo "not root: ${absent[*]} cannot be installed" >&2
fi
exit 0
