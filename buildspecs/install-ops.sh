#!/bin/sh
# Installs nanovms/ops at the pinned version OPS_VERSION, but only if its SHA-256 is OPS_SHA256.
# OPS_URL overrides where the Linux program is downloaded from, for example your own bucket.
set -eu

case "$(uname -m)" in
  x86_64) machine=amd64 ;;
  aarch64) machine=arm64 ;;
  *) echo "install-ops: ops has no program for $(uname -m)" >&2; exit 1 ;;
esac
if [ -z "${OPS_VERSION:-}" ]; then
  echo "install-ops: OPS_VERSION is not set; it pins the version of ops" >&2
  exit 1
fi
if [ -z "${OPS_SHA256:-}" ]; then
  echo "install-ops: OPS_SHA256 is not set; give the SHA-256 of ops $OPS_VERSION for linux-$machine" >&2
  exit 1
fi

url="${OPS_URL:-https://github.com/nanovms/ops/releases/download/$OPS_VERSION/ops-linux-$machine}"
target="${OPS_TARGET:-/usr/local/bin/ops}"
download="$(mktemp)"
trap 'rm -f "$download"' EXIT
curl --fail --silent --show-error --location --retry 3 --output "$download" "$url"
if ! echo "$OPS_SHA256  $download" | sha256sum --check --status -; then
  echo "install-ops: $url has another SHA-256 than OPS_SHA256; nothing was installed" >&2
  exit 1
fi
install -m 0755 "$download" "$target"
