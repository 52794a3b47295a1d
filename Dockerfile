# syntax=docker/dockerfile:1
# Build:  docker build -t pinion .
# Run:    docker run -p 8080:8080 -v "$PWD/pinion.yaml:/etc/pinion/pinion.yaml:ro" -v pinion-state:/var/lib/pinion -v pinion-engines:/var/lib/pinion.engines pinion
# The controller runs as root, so that the engines of each environment can run as a user of their own: pinion-ENVIRONMENT, or `engines.ENVIRONMENT.user`.
# It needs no more than: --cap-drop=ALL --cap-add=SETUID,SETGID,CHOWN,FOWNER,KILL,DAC_OVERRIDE --security-opt=no-new-privileges
# In pinion.yaml: `state: /var/lib/pinion` and `gateway: { host: 0.0.0.0, port: 8080 }`. See docs/install.md.

# dist/, with everything that building takes.
FROM node:20-bookworm-slim AS build
WORKDIR /opt/pinion
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN node scripts/build.mjs

# node_modules, with nothing that only development takes.
FROM node:20-bookworm-slim AS packages
WORKDIR /opt/pinion
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

FROM node:20-bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client tini \
  && rm -rf /var/lib/apt/lists/* \
  && for name in development test staging production; do \
       useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "pinion-$name"; \
     done \
  && install --directory --mode=0700 /var/lib/pinion \
  && install --directory --mode=0711 /var/lib/pinion.engines
WORKDIR /opt/pinion
COPY --from=packages /opt/pinion/node_modules node_modules
COPY package.json LICENSE ./
COPY bin bin
COPY schemas schemas
COPY example-repo example-repo
COPY scripts/healthcheck.mjs scripts/healthcheck.mjs
COPY --from=build /opt/pinion/dist dist

ENV NODE_ENV=production PINION_STATE=/var/lib/pinion
VOLUME /var/lib/pinion /var/lib/pinion.engines
WORKDIR /var/lib/pinion
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/opt/pinion/scripts/healthcheck.mjs"]
# tini reaps what the engine instances leave behind. With the container everything in it ends, so gateway and engines are stopped in order.
ENTRYPOINT ["tini", "--", "node", "/opt/pinion/bin/pinion.js"]
CMD ["run", "--config", "/etc/pinion/pinion.yaml", "--on-exit", "stop"]
