#!/usr/bin/env bash
# Installs the browsers that the tests drive, unless they are there (Debian and its kin, as root).
set -euo pipefail
if command -v chromium >/dev/null && command -v firefox-esr >/dev/null; then exit 0; fi
apt-get update --quiet
DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends chromium firefox-esr
