// Writes tests/server/openapi.snapshot.json from the current routes. Run it after an intended change of the API, and
// read the difference before you commit it: `bun scripts/update-openapi.ts`. With --print it writes to standard output
// instead.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiDocument } from "../server/platform/http/openapi.ts";
import { newTestApp } from "../tests/support/app.ts";

const fixture = newTestApp();
const text = `${JSON.stringify(apiDocument(fixture.app), null, 1)}\n`;
fixture.close();
if (process.argv.includes("--print")) {
  process.stdout.write(text);
} else {
  const path = join(import.meta.dir, "../tests/server/openapi.snapshot.json");
  writeFileSync(path, text);
  console.log(`wrote ${path}`);
}
