# syntax=docker/dockerfile:1
# Two stages: the first builds the executable with Bun, the second contains only the executable.
# The images are arguments, so that you can use a mirror or your own base image:
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
# The only folder that must outlive the container. A new volume gets its owner from this folder.
COPY --from=build --chown=65532:65532 /empty /data
# By number, because the user does not have to exist in the image.
USER 65532:65532
WORKDIR /data
# The binary unpacks SQLite's native part into TMPDIR: it must be writable and not mounted noexec.
# Only published ports of a container are reachable, so the listener does not have to stay on loopback.
ENV DATA_DIR=/data TMPDIR=/tmp PORT=8080 SMTP_IN_PORT=2525 SMTP_IN_HOST=0.0.0.0
EXPOSE 8080 2525
VOLUME /data
# On SIGTERM, the server waits for the messages that are being sent.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 CMD ["/usr/local/bin/swiftmail", "health"]
ENTRYPOINT ["/usr/local/bin/swiftmail"]
CMD ["serve"]
