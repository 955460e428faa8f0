// A system.db that has fewer changes than before: an older copy was put in its place, or its log was cut.
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Databases, openDatabases } from "../../../../server/platform/db/databases.ts";
import { systemLoss, systemSeenPath } from "../../../../server/platform/db/system-seen.ts";

const CHANGES = 10;

let base: string;
let live: string;
let databases: Databases;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "system-seen-"));
  live = join(base, "live");
  databases = openDatabases(live);
  databases.keepSystem();
});
afterEach(() => {
  databases.close();
  rmSync(base, { recursive: true, force: true });
});

const file = () => join(live, "system.db");
const blocked = () =>
  databases.system
    .prepare<[], number>("SELECT count(*) FROM instance_blocked_domain")
    .pluck()
    .get() ?? 0;
const loss = () => systemLoss(live, databases.system);

/** Changes that count, each noted as it is before an answer. */
function change(): void {
  const from = blocked();
  for (let i = from; i < from + CHANGES; i++) {
    databases.system
      .prepare(
        "INSERT INTO instance_blocked_domain (domain, subdomains, created_by, created_at) VALUES (?, 0, 'u', 0)",
      )
      .run(`d${i}.example`);
    databases.noteSystem();
  }
}

/** Leaves the folder as kill -9 would, and opens it after `damage`. */
function kill(damage: () => void = () => undefined): void {
  const killed = join(base, "killed");
  rmSync(killed, { recursive: true, force: true });
  cpSync(live, killed, { recursive: true });
  databases.close();
  rmSync(live, { recursive: true });
  cpSync(killed, live, { recursive: true });
  damage();
  databases = openDatabases(live);
}

function restart(damage: () => void = () => undefined): void {
  databases.close();
  damage();
  databases = openDatabases(live);
}

/** What would be in the note if it had been written by another boot of the machine. */
function asAfterPowerCut(sure: number): void {
  const seen = JSON.parse(readFileSync(systemSeenPath(live), "utf8")) as object;
  writeFileSync(systemSeenPath(live), JSON.stringify({ ...seen, boot: "another", sure }));
}

test.each([0.001, 0.3, 0.6, 0.98])(
  "a log that is cut after a kill, at %d of its length, is found, with how much is lost at least",
  (part) => {
    databases.system.pragma("wal_checkpoint(TRUNCATE)");
    change();
    kill(() => {
      const log = `${file()}-wal`;
      truncateSync(log, Math.max(32, Math.floor(statSync(log).size * part)));
      rmSync(`${file()}-shm`);
    });

    expect(blocked()).toBeLessThan(CHANGES);
    expect(loss()).toMatchObject({ changes: CHANGES - blocked() });
  },
);

test("an older copy is found after a clean stop, and after a kill whose log is removed with it", () => {
  const copy = join(base, "copy.db");
  change();
  restart(() => copyFileSync(file(), copy));
  databases.keepSystem();
  change();
  restart();
  expect(loss()).toBeUndefined();

  restart(() => copyFileSync(copy, file()));
  expect(blocked()).toBe(CHANGES);
  expect(loss()).toMatchObject({ changes: CHANGES });

  kill(() => {
    rmSync(`${file()}-wal`);
    rmSync(`${file()}-shm`);
    rmSync(join(live, "local", "open"), { recursive: true });
    copyFileSync(copy, file());
  });
  expect(loss()).toMatchObject({ changes: CHANGES });
});

test("a kill loses nothing, and neither a kill nor a whole folder from a backup is taken for a loss", () => {
  const backup = join(base, "backup");
  change();
  kill();
  expect(blocked()).toBe(CHANGES);
  expect(loss()).toBeUndefined();

  databases.keepSystem();
  databases.close();
  cpSync(live, backup, { recursive: true });
  databases = openDatabases(live);
  databases.keepSystem();
  change();
  restart(() => {
    rmSync(live, { recursive: true });
    cpSync(backup, live, { recursive: true });
  });
  expect(blocked()).toBe(CHANGES);
  expect(loss()).toBeUndefined();
});

test("a file of another history is found, even if it has had more changes", () => {
  const other = openDatabases(join(base, "other"));
  other.system.exec("UPDATE system_version SET n = 1000");
  other.close();
  change();
  restart(() => copyFileSync(join(base, "other", "system.db"), file()));

  expect(loss()).toMatchObject({ changes: 0 });
});

test("after a power cut only what was on the disk counts", async () => {
  change();
  const isSettled = () => {
    const { n, sure } = JSON.parse(readFileSync(systemSeenPath(live), "utf8")) as Record<
      "n" | "sure",
      number
    >;
    return n === sure && n === CHANGES;
  };
  for (let i = 0; i < 100 && !isSettled(); i++) {
    await Bun.sleep(100);
  }
  expect(isSettled()).toBe(true);
  databases.system.exec("DELETE FROM instance_blocked_domain");
  const lower = () => databases.system.exec("UPDATE system_version SET n = n - 2");
  lower();

  expect(loss()).toMatchObject({ changes: 2 });
  asAfterPowerCut(CHANGES - 2);
  expect(loss()).toBeUndefined();
  asAfterPowerCut(CHANGES - 1);
  expect(loss()).toMatchObject({ changes: 1 });
}, 20_000);

test.each([
  ["removed", () => rmSync(systemSeenPath(live))],
  ["cut", () => truncateSync(systemSeenPath(live), 20)],
  ["emptied", () => truncateSync(systemSeenPath(live), 0)],
  ["of another shape", () => writeFileSync(systemSeenPath(live), '{"n":5}')],
] as const)("a note that was %s is known to be missing, and is made anew", (_what, damage) => {
  change();
  restart(damage);

  expect(loss()).toBe("unknown");
  databases.keepSystem();
  expect(loss()).toBeUndefined();
  restart();
  expect(loss()).toBeUndefined();
});

test("what ends, what is taken away and what is forbidden counts; what comes and goes all the time does not", () => {
  const { system } = databases;
  const count = (sql: string) => {
    const before = version();
    system.exec(sql);
    return version() - before;
  };
  const version = () =>
    system.prepare<[], number>("SELECT n FROM system_version").pluck().get() ?? 0;
  system.exec(`
    INSERT INTO user (id, email, address, name, password_hash, created_at, updated_at)
    VALUES ('u', 'a@b.c', 'a@b.c', 'A', 'h', 0, 0);
    INSERT INTO organization VALUES ('o', 'O', 0, 0);
    INSERT INTO workspace (id, organization_id, name, time_zone, postal_address, created_at, updated_at)
    VALUES ('w', 'o', 'W', 'UTC', '1 St', 0, 0);
    INSERT INTO membership VALUES ('u', 'w', 'editor', 0);
    INSERT INTO organization_member VALUES ('o', 'u', 'owner', 0);
    INSERT INTO session (id_hash, user_id, expires_at, created_at) VALUES ('s', 'u', 9, 0);
    INSERT INTO password_reset VALUES ('t', 'u', 0, 9, NULL);
    INSERT INTO api_key (id, workspace_id, name, prefix, key_hash, scopes, created_by, created_at)
    VALUES ('k', 'w', 'K', 'p', 'h', '[]', 'u', 0);
    INSERT INTO invitation (id, workspace_id, email, address, role, invited_by, created_at, expires_at)
    VALUES ('i', 'w', 'x@y.z', 'x@y.z', 'viewer', 'u', 0, 9);
    INSERT INTO job (kind, due_at, created_at) VALUES ('j', 0, 0);`);

  expect(count("UPDATE api_key SET revoked_at = 1")).toBe(1);
  expect(count("UPDATE membership SET role = 'viewer'")).toBe(1);
  expect(count("DELETE FROM membership")).toBe(1);
  expect(count("DELETE FROM organization_member")).toBe(1);
  expect(count("UPDATE invitation SET ended_at = 1")).toBe(1);
  expect(count("UPDATE password_reset SET used_at = 1")).toBe(1);
  expect(count("UPDATE user SET password_hash = 'other'")).toBe(1);
  expect(count("UPDATE user SET disabled_at = 1")).toBe(1);
  expect(count("UPDATE job SET state = 'done'")).toBe(1);
  expect(count("DELETE FROM session")).toBe(1);

  expect(count("UPDATE api_key SET last_used_at = 1")).toBe(0);
  expect(count("UPDATE job SET lease_until = 5, state = 'running'")).toBe(0);
  expect(count("INSERT INTO setting VALUES ('readiness', '{}', 0)")).toBe(0);
});

test("a process that is killed again and again in the middle of its changes loses nothing that was noted", async () => {
  const module = join(import.meta.dir, "../../../../server/platform/db");
  const script = `
    const { openDatabases } = await import(${JSON.stringify(join(module, "databases.ts"))});
    const { systemLoss } = await import(${JSON.stringify(join(module, "system-seen.ts"))});
    const databases = openDatabases(${JSON.stringify(live)});
    console.log(JSON.stringify({ loss: systemLoss(${JSON.stringify(live)}, databases.system) }));
    databases.keepSystem();
    for (let i = 0; ; i++) {
      databases.system.transaction(() => {
        for (let j = 0; j < 20; j++) {
          databases.system.prepare(
            "INSERT INTO instance_blocked_domain (domain, subdomains, created_by, created_at) VALUES (?, 0, 'u', 0)"
          ).run(crypto.randomUUID());
        }
      })();
      databases.noteSystem();
      if (i % 5 === 0) {
        await Bun.sleep(1);
      }
    }`;
  databases.close();
  for (let n = 0; n < 5; n++) {
    const child = Bun.spawn([process.execPath, "-e", script], {
      stdout: "pipe",
      stderr: "inherit",
    });
    const { value } = await child.stdout.getReader().read();
    expect(JSON.parse(new TextDecoder().decode(value))).toEqual({});
    await Bun.sleep(200 + 137 * n);
    child.kill("SIGKILL");
    await child.exited;
  }
  databases = openDatabases(live);

  expect(blocked()).toBeGreaterThan(100);
  expect(loss()).toBeUndefined();
}, 60_000);
