#!/usr/bin/env bash
# Installs the browsers that npm run test:site drives, from Debian's or Ubuntu's own packages.
set -euo pipefail
sudo=$([ "$(id -u)" = 0 ] || echo sudo)
$sudo apt-get update
$sudo apt-get install -y --no-install-recommends chromium firefox-esr
