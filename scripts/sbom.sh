#!/usr/bin/env bash
# Writes into .sbom/ what the npm packages of gateway, agent and gate are (CycloneDX and SPDX), and, where
# syft is installed, all that is in the images that were built, Debian's packages and CUDA included.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .sbom
for format in cyclonedx spdx; do
  npm sbom --package-lock-only --omit=dev --sbom-format="$format" >".sbom/packages.$format.json"
done
echo "sbom: .sbom/packages.{cyclonedx,spdx}.json: the npm packages"
version=$(node -p 'require("./package.json").version')
if ! command -v syft >/dev/null; then
  echo "sbom: syft is not installed: images are not covered, nor what they hold besides npm packages"
  exit 0
fi
for image in "sightline:$version" "sightline-gate:$version-cuda" "sightline-gate:$version-cpu"; do
  file=".sbom/${image/:/-}.cyclonedx.json"
  if syft --quiet "docker:$image" --output "cyclonedx-json=$file"; then
    echo "sbom: $file"
  else
    echo "sbom: $image cannot be read; expected it to be built"
  fi
done
