import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const POLICY = "/usr/sbin/policy-rc.d";

/** The packages of scripts/debian-packages.txt that are missing on this machine. */
export function missingPackages(): string[] {
  const wanted = readFileSync(join(import.meta.dir, "debian-packages.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (Bun.which("dpkg-query") === null) {
    return wanted;
  }
  return wanted.filter((name) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the format language of dpkg-query
    const query = Bun.spawnSync(["dpkg-query", "-W", "-f", "${db:Status-Status}", name], {
      stderr: "ignore",
    });
    return query.stdout.toString() !== "installed";
  });
}

/** True if `installPackages` can work here: on Debian, as root. */
export function canInstallPackages(): boolean {
  return Bun.which("apt-get") !== null && process.getuid?.() === 0;
}

/**
 * Installs Debian packages without asking questions and without starting their services.
 *
 * @returns true if apt-get succeeded; its output goes to the console.
 */
export async function installPackages(names: string[]): Promise<boolean> {
  const hadPolicy = existsSync(POLICY);
  if (!hadPolicy) {
    writeFileSync(POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  }
  try {
    // Waits for another apt run instead of failing at once.
    const lock = ["-o", "DPkg::Lock::Timeout=300"];
    return (
      (await apt(["update", "-q"])) &&
      (await apt([...lock, "install", "-qq", "-y", "--no-install-recommends", ...names]))
    );
  } finally {
    if (!hadPolicy) {
      rmSync(POLICY, { force: true });
    }
  }
}

async function apt(parameters: string[]): Promise<boolean> {
  const run = Bun.spawn(["apt-get", ...parameters], {
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return (await run.exited) === 0;
}
