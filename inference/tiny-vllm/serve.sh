#!/usr/bin/env bash
# Serves the tiny model of FOLDER on 127.0.0.1:PORT, in the foreground: serve.sh FOLDER PORT [flag of vllm serve ...]
# Up after one to three minutes.
set -euo pipefail
[ $# -ge 2 ] || { echo "usage: serve.sh FOLDER PORT [flag of vllm serve ...]" >&2; exit 2; }
folder=$(cd "$1" && pwd)
port=$2
shift 2
. "$folder/vllm/bin/activate"
export VLLM_CPU_KVCACHE_SPACE=1 VLLM_CACHE_ROOT="$folder/cache" OMP_NUM_THREADS=2 VLLM_CPU_OMP_THREADS_BIND=nobind
export HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1
openmp="$folder/vllm/lib/libiomp5.so"
[ ! -e "$openmp" ] || export LD_PRELOAD=$openmp
# Attention on a CPU needs blocks of a multiple of 32; the other flags are those that Sightline runs on a GPU.
exec vllm serve "$folder/model" --served-model-name vision --host 127.0.0.1 --port "$port" --dtype bfloat16 \
  --block-size 32 --max-model-len 8192 --max-num-seqs 4 --max-num-batched-tokens 2048 \
  --enable-prefix-caching --prefix-caching-hash-algo sha256 --enable-prompt-tokens-details \
  --scheduling-policy priority --enable-per-request-metrics --enable-request-id-headers \
  --shutdown-timeout 20 --generation-config vllm --chat-template-content-format openai --enforce-eager \
  --limit-mm-per-prompt '{"image":{"count":9,"width":644,"height":476},"video":0}' \
  --mm-processor-kwargs '{"min_pixels":100352,"max_pixels":602112}' "$@"
