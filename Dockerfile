# One image for all services: the command says which one runs (docker-compose.yml does).
FROM node:24 AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY shared/package.json shared/
COPY services/ingestion/package.json services/ingestion/
COPY services/index/package.json services/index/
COPY services/ranking/package.json services/ranking/
COPY services/trainer/package.json services/trainer/
COPY infra/package.json infra/
# The index is compiled here, for every processor of the platform. To build for this machine's processor alone:
# --build-arg CXXFLAGS="-O3 -march=native"
ARG CXXFLAGS="-O3"
RUN npm ci --omit=dev --no-fund --no-audit \
    -w shared -w services/ingestion -w services/index -w services/ranking -w services/trainer -w infra
COPY shared shared
COPY services/ingestion services/ingestion
COPY services/index services/index
COPY services/ranking services/ranking
COPY services/trainer services/trainer
COPY infra infra
# The model is part of the image, checked by its sha256: a container fetches nothing when it runs.
ARG KINDRED_MODEL=bge-small-en-v1.5
RUN node infra/setup/prepare.ts "$KINDRED_MODEL"

FROM node:24-slim
WORKDIR /app
COPY --from=build /app /app
ARG KINDRED_MODEL=bge-small-en-v1.5
# kafkajs sets timers in the past, which Node warns of; harmless (kafkajs #1751).
ENV NODE_ENV=production \
    NODE_OPTIONS=--disable-warning=TimeoutNegativeWarning \
    HOST=0.0.0.0 \
    KINDRED_MODEL=$KINDRED_MODEL \
    KINDRED_MODELS_DIR=/app/.kindred/models \
    KINDRED_DATA_DIR=/data
RUN mkdir /data && chown node:node /data
VOLUME /data
USER node
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/readyz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
