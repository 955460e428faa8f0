// `bun run build [--target=bun-linux-arm64] [--outfile=…] [--skip-web]` builds the web UI, and then one executable that
// contains everything: pages, migrations, native addon, workers.
import { mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import type { BunPlugin } from "bun";
import { type EmbeddedFile, embedAssets } from "./embed-assets.ts";

const root = join(import.meta.dir, "..");
const manifest = join(root, "server/platform/http/assets.gen.ts");

/** Bun's compile targets, and the driver's addon for each. */
const addonOf: Record<string, string> = {
  "bun-linux-x64": "linux-x64",
  "bun-linux-x64-baseline": "linux-x64",
  "bun-linux-arm64": "linux-arm64",
  "bun-linux-x64-musl": "linuxmusl-x64",
  "bun-linux-arm64-musl": "linuxmusl-arm64",
  "bun-darwin-x64": "darwin-x64",
  "bun-darwin-arm64": "darwin-arm64",
};

const { values: options } = parseArgs({
  options: {
    target: { type: "string", default: `bun-linux-${process.arch}` },
    outfile: { type: "string", default: join(root, "dist/swiftmail") },
    "skip-web": { type: "boolean", default: false },
  },
});

if (!options["skip-web"]) {
  const files = await buildWeb();
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(`web UI: ${files.length} files, ${kibibytes(total)}`);
}
await compile(options.target, options.outfile);
console.log(`${options.outfile}: ${kibibytes(statSync(options.outfile).size)}, ${options.target}`);

/** Builds web/ and writes the manifest that embeds it. */
async function buildWeb(): Promise<EmbeddedFile[]> {
  const vite = Bun.spawn(
    [process.execPath, "--bun", join(root, "node_modules/vite/bin/vite.js"), "build", "web"],
    {
      cwd: root,
      stdout: "inherit",
      stderr: "inherit",
      env: { ...process.env, NODE_ENV: "production" },
    },
  );
  if ((await vite.exited) !== 0) {
    throw new Error("the web UI does not build; the lines above say why");
  }
  return embedAssets(join(root, "web/dist"), manifest);
}

async function compile(target: string, outfile: string): Promise<void> {
  const addon = addonOf[target];
  if (addon === undefined) {
    throw new Error(
      `--target is "${target}"; it must be one of ${Object.keys(addonOf).join(", ")}`,
    );
  }
  const workers = [...new Bun.Glob("server/**/*.worker.ts").scanSync({ cwd: root })].sort();
  mkdirSync(dirname(outfile), { recursive: true });
  // A running binary cannot be overwritten, but it can be unlinked.
  rmSync(outfile, { force: true });
  await Bun.build({
    // Stated explicitly, because workers are named by their path relative to it.
    root: join(root, "server"),
    entrypoints: [join(root, "server/main.ts"), ...workers.map((path) => join(root, path))],
    // Bytecode is off, because the entry of a worker does not start with it.
    compile: {
      target: target as "bun-linux-x64",
      outfile,
      autoloadDotenv: false,
      autoloadBunfig: false,
    },
    // Imported by a part of the MJML tool chain that rendering never uses.
    external: ["typescript"],
    minify: { syntax: true, whitespace: false, identifiers: false },
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [sourcePlugin(addon)],
  });
}

/**
 * Changes two things in the sources before they are bundled: the driver gets the addon of the target platform, and
 * workers are named by their path in the binary. After bundling, `import.meta.url` is that of the entry, so a path
 * relative to the source would be wrong.
 */
function sourcePlugin(addon: string): BunPlugin {
  const worker = /new URL\(\s*"(\.[^"]+\.worker\.ts)",\s*import\.meta\.url,?\s*\)/g;
  const inBinary = (source: string, path: string) =>
    `new URL("file:///$bunfs/root/${relative(join(root, "server"), join(dirname(source), path))}")`;
  return {
    name: "binary-sources",
    setup(build) {
      build.onLoad({ filter: /\/server\/.*\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        const contents = path.endsWith("/server/platform/db/driver.ts")
          ? source.replace(/better-sqlite3\/[\w-]+/, `better-sqlite3/${addon}`)
          : source.replace(worker, (_, file: string) => inBinary(path, file));
        if (/new Worker\(/.test(contents) && !contents.includes("$bunfs")) {
          throw new Error(
            `the build cannot determine which worker ${path} starts; write new Worker(new URL("./x.worker.ts", import.meta.url).href)`,
          );
        }
        return { contents, loader: "ts" };
      });
    },
  };
}

function kibibytes(bytes: number): string {
  return `${Math.round(bytes / 1024).toLocaleString("en")} KiB`;
}
