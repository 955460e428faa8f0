import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";

const BINARY = join(import.meta.dir, "../../dist/swiftmail");

export type RunningBinary = {
  url: string;
  dataDir: string;
  pid: number;
  /** The environment with which it was started. */
  env: Record<string, string>;
  /** Everything it has printed so far. */
  output(): string;
  /** Waits until its output matches and returns the match. @throws Error after 20 s. */
  printed(pattern: RegExp): Promise<RegExpMatchArray>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same data folder and ports. */
  restart(): Promise<RunningBinary>;
  /** Ends it and removes its folder. */
  dispose(): Promise<void>;
};

/**
 * Starts the compiled binary in its own empty folder, with no environment except PATH and HOME, on free ports, and
 * waits until it answers. `bun run build` must have created it.
 */
export async function startBinary(
  options: { env?: Record<string, string> } = {},
): Promise<RunningBinary> {
  if (!existsSync(BINARY)) {
    throw new Error("dist/swiftmail is missing: bun run build");
  }
  const folder = mkdtempSync(join(tmpdir(), "swiftmail-binary-"));
  const env = {
    PORT: String(await freePort()),
    SMTP_IN_PORT: String(await freePort()),
    DATA_DIR: join(folder, "data"),
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    ...options.env,
  };
  return await start(folder, env);
}

async function start(folder: string, env: Record<string, string>): Promise<RunningBinary> {
  const child = Bun.spawn([BINARY, "serve"], { cwd: folder, env, stdout: "pipe", stderr: "pipe" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    void collect(stream, (text) => {
      output += text;
    });
  }
  const url = `http://127.0.0.1:${env["PORT"]}`;
  const running: RunningBinary = {
    url,
    dataDir: env["DATA_DIR"] ?? "",
    pid: child.pid,
    env,
    output: () => output,
    async printed(pattern) {
      return await until(
        () => output.match(pattern),
        `${String(pattern)} in the output`,
        () => output,
      );
    },
    async kill(signal) {
      child.kill(signal);
      await child.exited;
    },
    restart: () => start(folder, env),
    async dispose() {
      child.kill("SIGKILL");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await until(
    async () => {
      if (child.exitCode !== null) {
        throw new Error(`the binary ended with ${child.exitCode}:\n${output}`);
      }
      return (await answers(`${url}/healthz`)) ? true : null;
    },
    "an answer from /healthz",
    () => output,
  );
  return running;
}

/** Runs one command of the binary to its end. */
export async function runBinary(
  words: string[],
  env: Record<string, string>,
  prefix: string[] = [],
) {
  const child = Bun.spawn([...prefix, BINARY, ...words], { env, stdout: "pipe", stderr: "pipe" });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, out, err };
}

async function collect(stream: ReadableStream<Uint8Array>, take: (text: string) => void) {
  const decoder = new TextDecoder();
  for await (const chunk of stream) {
    take(decoder.decode(chunk, { stream: true }));
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

/**
 * Calls `probe` every 50 ms until it returns a value. @throws Error naming `what` after 20 s.
 * @throws Error naming `what` after 20 s.
 */
async function until<T>(
  probe: () => T | null | undefined | Promise<T | null | undefined>,
  what: string,
  context: () => string,
): Promise<T> {
  const end = Date.now() + 20_000;
  while (Date.now() < end) {
    const found = await probe();
    if (found !== null && found !== undefined) {
      return found;
    }
    await Bun.sleep(50);
  }
  throw new Error(`waited 20 s for ${what}; the output so far:\n${context()}`);
}
