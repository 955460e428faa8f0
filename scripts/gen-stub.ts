// Writes an empty asset manifest if there is none, or if it refers to files of a build that no longer exists, so that
// the compiler, the tests and `bun run dev` work in a fresh clone and after any clean-up.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const manifest = join(import.meta.dir, "../server/platform/http/assets.gen.ts");

function isWhole(): boolean {
  if (!existsSync(manifest)) {
    return false;
  }
  const files = readFileSync(manifest, "utf8").matchAll(/^import file\d+ from "([^"]+)"/gm);
  return [...files].every(([, file]) => existsSync(join(dirname(manifest), file ?? "")));
}

if (!isWhole()) {
  mkdirSync(dirname(manifest), { recursive: true });
  writeFileSync(
    manifest,
    `import type { AssetManifest } from "./asset-manifest.ts";\n\nexport const assets: AssetManifest = {};\n`,
  );
}
