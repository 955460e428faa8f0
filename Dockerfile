# syntax=docker/dockerfile:1
# Two stages: the first builds the executable with Bun, the second holds the executable and nothing else.
# The images are arguments, so that a mirror or a base of your own can take their place:
#   docker build --build-arg RUNTIME_IMAGE=registry.example.com/base .
ARG BUILD_IMAGE=oven/bun:1.4.5-debian
# glibc, libstdc++, OpenSSL, certificates and time zones; no shell and no package manager.
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
# Packages first: this layer is built again only when they change.
COPY package.json bun.lock ./
COPY patches patches/
COPY scripts/gen-stub.ts scripts/
RUN bun install --frozen-lockfile
COPY . .
RUN bun run build && mkdir /empty

FROM ${RUNTIME_IMAGE}
COPY --from=build /src/dist/swiftmail /usr/local/bin/swiftmail
# The one folder that must outlive the container. A new volume takes its owner from here.
COPY --from=build --chown=65532:65532 /empty /data
# By number: the user need not exist in the image.
USER 65532:65532
WORKDIR /data
# The binary unpacks SQLite's native part into TMPDIR: it must be writable and not mounted noexec.
# In a container only what is published is reachable, so the listener need not stay on loopback.
ENV DATA_DIR=/data TMPDIR=/tmp PORT=8080 SMTP_IN_PORT=2525 SMTP_IN_HOST=0.0.0.0
EXPOSE 8080 2525
VOLUME /data
# Given that long, a stop waits for the messages that are on the wire.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["/usr/local/bin/swiftmail", "health"]
ENTRYPOINT ["/usr/local/bin/swiftmail"]
CMD ["serve"]
