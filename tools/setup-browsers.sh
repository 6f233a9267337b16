#!/usr/bin/env bash
# Installs the browsers that tests and benches drive, unless they are there, from Debian's or Ubuntu's own packages.
set -euo pipefail
if command -v chromium >/dev/null && command -v firefox-esr >/dev/null; then exit 0; fi
sudo=$([ "$(id -u)" = 0 ] || echo sudo)
$sudo apt-get update --quiet
DEBIAN_FRONTEND=noninteractive $sudo apt-get install --yes --quiet --no-install-recommends chromium firefox-esr
