# Gateway, agent, weights and simulator from one image; the command chooses. `make pin` writes the digest.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
# hadolint ignore=DL3008 # Debian keeps no old versions; the base image's digest fixes the release
RUN apt-get update \
  && apt-get install -y --no-install-recommends espeak-ng \
  && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
COPY tsconfig.json ./
COPY orchestrator orchestrator
COPY inference inference
COPY scripts/render-notices.ts scripts/
COPY web web
RUN npx --no-install vite build web --logLevel warn \
  && node scripts/render-notices.ts \
  && test -s .notices/en/manifest.json

FROM ${NODE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Of onnxruntime's platforms only ours stays.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error \
  && find node_modules/onnxruntime-node/bin/napi-v6 -mindepth 2 -maxdepth 2 \
    ! -path "*/linux/$(node -p process.arch)" -exec rm -r {} +

FROM ${NODE_IMAGE}
WORKDIR /app
# 1: espeak-ng is there as the voice of last resort (GPL-3.0, a program of its own).
ARG ESPEAK=1
# hadolint ignore=DL3008 # as above
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates tini \
  && if [ "${ESPEAK}" = 1 ]; then apt-get install -y --no-install-recommends espeak-ng; fi \
  && rm -rf /var/lib/apt/lists/* /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx \
    /usr/local/bin/corepack /usr/local/bin/yarn* /opt/yarn* \
  && groupadd --gid 10001 sightline \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin sightline \
  # A named volume takes owner and mode from the folder that it covers first. Weights are read by others too.
  && install -d -o 10001 -g 10001 -m 0750 /data /cache \
  && install -d -o 10001 -g 10001 -m 0755 /models
ENV NODE_ENV=production \
  DATA_DIR=/data \
  MODELS_DIR=/models \
  NODE_COMPILE_CACHE=/tmp/compiled \
  MALLOC_ARENA_MAX=2
COPY package.json LICENSE ./
COPY --from=packages /app/node_modules node_modules
COPY personas personas
COPY inference inference
COPY orchestrator orchestrator
COPY --from=build /app/.notices .notices
COPY --from=build /app/web/dist web/dist
USER 10001:10001
EXPOSE 8000 8011 8012
ENTRYPOINT ["/usr/bin/tini", "--", "node", "--disable-warning=ExperimentalWarning", "/app/orchestrator/main.ts"]
CMD ["gateway"]
