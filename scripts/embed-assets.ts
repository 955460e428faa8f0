import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const COMPRESSIBLE = /\.(js|css|html|svg|json|txt|webmanifest)$/;
/** Below this size, a compressed variant saves less than its headers cost. */
const MIN_COMPRESSED_BYTES = 256;
const HASHED_NAME = /^\/assets\/.+-[\w-]{8}\.\w+$/;

export type EmbeddedFile = { url: string; bytes: number; gzipBytes: number; brBytes: number };

/**
 * Writes `manifest`, a module that imports every file below `dist` and its compressed variants as files of the binary.
 * The same code then serves them with `bun` and in the compiled binary.
 */
export function embedAssets(dist: string, manifest: string): EmbeddedFile[] {
  const imports: string[] = [];
  const entries: string[] = [];
  const files: EmbeddedFile[] = [];
  const from = relative(join(manifest, ".."), dist);
  const include = (file: string): string => {
    const name = `file${imports.length}`;
    imports.push(`import ${name} from "./${join(from, file)}" with { type: "file" };`);
    return name;
  };

  for (const file of filesBelow(dist)) {
    const url = `/${file}`;
    const bytes = readFileSync(join(dist, file));
    const twins = COMPRESSIBLE.test(file) ? compress(join(dist, file), bytes) : {};
    const parts = [
      `type: ${JSON.stringify(Bun.file(join(dist, file)).type)}`,
      `etag: "${Bun.hash(bytes).toString(36)}"`,
      `immutable: ${HASHED_NAME.test(url)}`,
      `path: ${include(file)}`,
      ...(twins.br === undefined ? [] : [`br: ${include(`${file}.br`)}`]),
      ...(twins.gzip === undefined ? [] : [`gzip: ${include(`${file}.gz`)}`]),
    ];
    entries.push(`  ${JSON.stringify(url)}: { ${parts.join(", ")} },`);
    const gzipBytes = twins.gzip ?? bytes.length;
    files.push({ url, bytes: bytes.length, gzipBytes, brBytes: twins.br ?? bytes.length });
  }

  // HTML and CSS modules have types of their own in the web build; here every import is a path.
  const header = `// Written by scripts/build.ts from web/dist.\n// @ts-nocheck\n`;
  const type = `import type { AssetManifest } from "./asset-manifest.ts";`;
  writeFileSync(
    manifest,
    `${header}${[...imports, type].join("\n")}\n\nexport const assets: AssetManifest = {\n${entries.join("\n")}\n};\n`,
  );
  return files;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(folder, file)).isFile() && !/\.(br|gz)$/.test(file))
    .sort();
}

/** Writes `<path>.br` and `<path>.gz` if they are smaller, and returns their sizes. */
function compress(path: string, bytes: Buffer): { br?: number; gzip?: number } {
  rmSync(`${path}.br`, { force: true });
  rmSync(`${path}.gz`, { force: true });
  if (bytes.length < MIN_COMPRESSED_BYTES) {
    return {};
  }
  const br = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  });
  const gzip = gzipSync(bytes, { level: 9 });
  const sizes: { br?: number; gzip?: number } = {};
  if (br.length < bytes.length) {
    writeFileSync(`${path}.br`, br);
    sizes.br = br.length;
  }
  if (gzip.length < bytes.length) {
    writeFileSync(`${path}.gz`, gzip);
    sizes.gzip = gzip.length;
  }
  return sizes;
}
