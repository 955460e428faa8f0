// Writes an empty asset manifest where there is none, so that the compiler and `bun run dev` work on a
// fresh clone, before the first build of the web UI.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const path = join(import.meta.dir, "../server/platform/http/assets.gen.ts");

if (!existsSync(path)) {
  writeFileSync(
    path,
    `import type { AssetManifest } from "./asset-manifest.ts";\n\nexport const assets: AssetManifest = {};\n`,
  );
}
