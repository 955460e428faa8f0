import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { niceness } from "../../../server/platform/workers/niceness.ts";

type Priorities = { before: number[]; after: number[] };
const isLinux = process.platform === "linux";

test.skipIf(!isLinux)(
  "imports and exports run at a lower priority than the shared threads",
  async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "swiftmail-niceness-"));
    const script = join(import.meta.dir, "../../support/priorities-process.ts");
    // Threads of other tests may start and end in this process in the meantime.
    const child = Bun.spawn([process.execPath, script, dataDir], { stdout: "pipe" });

    const said = JSON.parse(await new Response(child.stdout).text()) as Priorities;

    rmSync(dataDir, { recursive: true, force: true });
    const own = said.before.at(0) ?? Number.NaN;
    expect(said.before).not.toContain(own + niceness.work);
    expect(said.after).toContain(own + niceness.work);
    expect(said.after).toContain(own);
  },
);
