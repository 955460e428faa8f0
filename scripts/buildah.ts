import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** A container's settings, as declared by the image. */
export type ImageConfig = {
  User: string;
  Env: string[];
  Entrypoint: string[];
  Cmd: string[];
  Volumes: Record<string, unknown>;
  WorkingDir: string;
  StopSignal: string;
  Healthcheck?: { Test: string[] };
};

/** Buildah with its own storage, so that the images of this machine are not touched. Needs root but no daemon. */
export type Buildah = {
  /**
   * Runs a command and returns its output.
   *
   * @throws Error with the error output when it fails.
   */
  call(...words: string[]): Promise<string>;
  /** Starts the command `words` in a container and returns at once. */
  start(container: string, options: string[], words: string[]): ReturnType<typeof Bun.spawn>;
  inspect(image: string): Promise<ImageConfig>;
};

/** Buildah that stores everything below `folder`. */
export function buildah(folder: string): Buildah {
  mkdirSync(folder, { recursive: true });
  const base = ["buildah", "--root", join(folder, "storage"), "--runroot", join(folder, "run")];

  const call = async (...words: string[]) => {
    const run = Bun.spawn([...base, ...words], { stdin: "ignore", stdout: "pipe", stderr: "pipe" });
    const [out, err] = await Promise.all([
      new Response(run.stdout).text(),
      new Response(run.stderr).text(),
    ]);
    if ((await run.exited) !== 0) {
      throw new Error(`buildah ${words[0]} failed:\n${out}${err}`);
    }
    return out.trim();
  };
  return {
    call,
    start: (container, options, words) =>
      Bun.spawn([...base, "run", "--isolation", "chroot", ...options, container, "--", ...words], {
        stdin: "ignore",
        stdout: "pipe",
        stderr: "pipe",
      }),
    async inspect(image) {
      const described = JSON.parse(await call("inspect", "--type", "image", image));
      return described.Docker.config as ImageConfig;
    },
  };
}

/** Every process started, directly or not, by `ancestor`. */
export function descendants(ancestor: number): number[] {
  const listing = Bun.spawnSync(["ps", "-eo", "pid=,ppid="]).stdout.toString();
  const parents = listing
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (pid: number): number[] =>
    parents
      .filter(([, parent]) => parent === pid)
      .flatMap(([child = 0]) => [child, ...below(child)]);
  return below(ancestor);
}
