import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Buildah } from "./buildah.ts";

/** Replacements for the Dockerfile's public base images, for a machine without access to a registry. */
export type BaseImages = { build: string; runtime: string };

// The contents of gcr.io/distroless/cc-debian12, and a shell for the build stage.
const PACKAGES = "ca-certificates,libssl3,libstdc++6,tzdata";
const SUITE = "bookworm";

/** Creates both base images from Debian's own packages. The download is kept in `folder`. */
export async function makeBaseImages(tool: Buildah, folder: string): Promise<BaseImages> {
  const archive = join(folder, `${SUITE}.tar`);
  if (!existsSync(archive)) {
    const made = Bun.spawnSync(
      ["mmdebstrap", "--variant=minbase", `--include=${PACKAGES}`, SUITE, archive],
      { stdin: "ignore", stdout: "inherit", stderr: "inherit" },
    );
    if (made.exitCode !== 0) {
      throw new Error("mmdebstrap could not make a base image; its lines above say why");
    }
  }
  return { runtime: await runtimeBase(tool, archive), build: await buildBase(tool, archive) };
}

async function runtimeBase(tool: Buildah, archive: string): Promise<string> {
  const container = await tool.call("from", "scratch");
  await tool.call("add", "-q", container, archive, "/");
  return await commit(tool, container, "localhost/swiftmail-runtime-base");
}

/**
 * The runtime base image with this bun, and with the certificates that this machine trusts for the package registry.
 */
async function buildBase(tool: Buildah, archive: string): Promise<string> {
  const container = await tool.call("from", "scratch");
  await tool.call("add", "-q", container, archive, "/");
  await tool.call("copy", "-q", container, process.execPath, "/usr/local/bin/bun");
  const trusted = process.env["NODE_EXTRA_CA_CERTS"];
  if (trusted !== undefined && readFileSync(trusted).length > 0) {
    await tool.call("copy", "-q", container, trusted, "/etc/ssl/extra-certificates.crt");
    await tool.call(
      "config",
      "--env",
      "NODE_EXTRA_CA_CERTS=/etc/ssl/extra-certificates.crt",
      container,
    );
  }
  return await commit(tool, container, "localhost/swiftmail-build-base");
}

async function commit(tool: Buildah, container: string, name: string): Promise<string> {
  await tool.call("commit", "-q", "--rm", container, name);
  return name;
}
