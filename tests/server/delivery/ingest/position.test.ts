import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const server = join(import.meta.dir, "../../../../server");

// Only the operating system knows what was synced.
test.skipIf(Bun.which("strace") === null)(
  "commits are synced before they count as durable, also while a reader holds an older state of the file",
  () => {
    const folder = mkdtempSync(join(tmpdir(), "swiftmail-sync-"));
    const script = `
      import { openConnection } from "${server}/platform/db/driver.ts";
      import { syncCommitted } from "${server}/delivery/ingest/position.store.ts";
      const db = openConnection("${folder}/x.db");
      db.exec("CREATE TABLE note (x); INSERT INTO note VALUES (1)");
      syncCommitted(db);
      const reader = openConnection("${folder}/x.db");
      reader.exec("BEGIN");
      reader.prepare("SELECT * FROM note").all();
      db.exec("INSERT INTO note VALUES (2)");
      await Bun.write(Bun.stderr, "committed\\n");
      const isDurable = syncCommitted(db);
      await Bun.write(Bun.stderr, "durable " + isDurable + "\\n");
      process.exit(0);`;
    const trace = join(folder, "trace");
    Bun.spawnSync([
      ...["strace", "-f", "-e", "trace=fsync,fdatasync,write", "-o", trace],
      ...[process.execPath, "-e", script],
    ]);
    const calls = Bun.spawnSync(["cat", trace]).stdout.toString();
    rmSync(folder, { recursive: true, force: true });

    const between = calls.slice(calls.indexOf("committed"), calls.indexOf("durable true"));
    expect(calls).toContain("durable true");
    expect(between).toMatch(/\bf(data)?sync\(/);
  },
  60_000,
);
