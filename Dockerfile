# syntax=docker/dockerfile:1
# Build:  docker build -t pinion .
# Run:    docker run -p 8080:8080 -v "$PWD/pinion.yaml:/etc/pinion/pinion.yaml:ro" -v pinion-state:/var/lib/pinion -v pinion-engines:/var/lib/pinion.engines pinion
# The controller runs as root, so that the engines of each environment and the gateway run as users of their own: pinion-ENVIRONMENT, or
# `engines.ENVIRONMENT.user`, and pinion_gateway.
# It needs no more than: --cap-drop=ALL --cap-add=SETUID,SETGID,CHOWN,FOWNER,KILL,DAC_OVERRIDE --security-opt=no-new-privileges
# In pinion.yaml: `state: /var/lib/pinion` and `gateway: { host: 0.0.0.0, port: 8080 }`. See docs/install.md.

# Any Debian image with Node.js 20.19 or newer and npm: docker build --build-arg BASE=… .
ARG BASE=node:20-bookworm-slim

FROM ${BASE} AS installed
WORKDIR /opt/pinion
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund && npm cache clean --force

# dist/, with everything that building takes.
FROM installed AS build
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN node scripts/build.mjs

# node_modules, with nothing that only development takes.
FROM installed AS packages
RUN npm prune --omit=dev --no-audit --no-fund

FROM ${BASE}
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git openssh-client tini \
  && rm -rf /var/lib/apt/lists/* \
  && for name in development test staging production; do \
       useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "pinion-$name"; \
     done \
  && useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin pinion_gateway \
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
