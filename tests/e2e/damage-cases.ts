import {
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { openConnection } from "../../server/platform/db/driver.ts";
import { openJournal } from "../../server/platform/journal/writer.ts";

/** In the folder after a clean stop: a copy of the workspace's file from before it contained data. */
export const OLDER_COPY = "older.copy";

export type Effect = { start: string; here: string; there: string; told: string };
export type Damage = {
  what: string;
  /** A folder after a clean stop, or after kill -9. */
  after: "stop" | "kill";
  damage: (folder: string, here: string) => void | Promise<void>;
  /** Done while the server runs. */
  while?: (folder: string, here: string) => void;
  expected: Effect;
};

export const works = "works";
const aside = "503 workspace_unavailable";
const goesOn = { start: "starts", there: works };
const setAside = (reason: string) => ({ ...goesOn, here: aside, told: `workspaces: ${reason}` });
const refused = (told: string) => ({ start: "refused", here: "-", there: "-", told });
const notice = (kind: string) => ({ ...goesOn, here: works, told: `notice: ${kind}` });

/** The file of a workspace in a data folder. */
export const file = (folder: string, id: string) => join(folder, `t_${id}.db`);

function overwrite(path: string, from: number, bytes: number): void {
  const fd = openSync(path, "r+");
  writeSync(fd, Buffer.alloc(bytes, 0x5a), 0, bytes, from);
}

export const damages: Damage[] = [
  {
    what: "nothing",
    after: "kill",
    damage: () => undefined,
    expected: { ...goesOn, here: works, told: "" },
  },
  {
    what: "workspace file removed",
    after: "stop",
    damage: (f, here) => rmSync(file(f, here)),
    expected: setAside("missing"),
  },
  {
    what: "workspace file emptied",
    after: "stop",
    damage: (f, here) => truncateSync(file(f, here), 0),
    expected: setAside("not_a_database"),
  },
  {
    what: "text in its place",
    after: "stop",
    damage: (f, here) => writeFileSync(file(f, here), "no database ".repeat(999)),
    expected: setAside("not_a_database"),
  },
  {
    what: "workspace file cut",
    after: "stop",
    damage: (f, here) => truncateSync(file(f, here), 16_384),
    expected: setAside("damaged"),
  },
  {
    what: "bad pages in it",
    after: "stop",
    damage: (f, here) => overwrite(file(f, here), 4_096, 300_000),
    expected: setAside("damaged"),
  },
  {
    what: "another workspace's file in its place",
    after: "stop",
    damage: (f, here) => {
      const other = readdirSync(f).find((name) => /^t_.*\.db$/.test(name) && !name.includes(here));
      copyFileSync(join(f, other ?? ""), file(f, here));
    },
    expected: setAside("other_workspace"),
  },
  {
    what: "newer schema",
    after: "stop",
    damage: (f, here) => {
      const db = openConnection(file(f, here));
      db.pragma("user_version = 999");
      db.close();
    },
    expected: setAside("newer"),
  },
  {
    what: "migration that fails",
    after: "stop",
    damage: (f, here) => {
      const db = openConnection(file(f, here));
      db.pragma("user_version = 2");
      db.close();
    },
    expected: setAside("migration_failed"),
  },
  {
    what: "its write-ahead log removed",
    after: "kill",
    damage: (f, here) => rmSync(`${file(f, here)}-wal`),
    expected: setAside("log_missing"),
  },
  {
    what: "its write-ahead log cut",
    after: "kill",
    damage: (f, here) => {
      truncateSync(`${file(f, here)}-wal`, 32);
      rmSync(`${file(f, here)}-shm`);
    },
    expected: { ...notice("changes_lost"), here: "0 contacts" },
  },
  {
    what: "an older copy in its place",
    after: "stop",
    damage: (f, here) => renameSync(join(f, OLDER_COPY), file(f, here)),
    expected: { ...notice("changes_lost"), here: "0 contacts" },
  },
  {
    what: "its tables were all in a log that is gone",
    after: "kill",
    damage: (f, here) => {
      for (const end of ["", "-wal", "-shm"]) {
        rmSync(file(f, here) + end, { force: true });
      }
      openConnection(file(f, here)).close();
    },
    expected: setAside("no_tables"),
  },
  {
    what: "its log removed while it runs",
    after: "stop",
    damage: () => undefined,
    while: (f, here) => rmSync(`${file(f, here)}-wal`),
    expected: setAside("log_missing"),
  },
  {
    what: "limits.json of another shape",
    after: "stop",
    damage: (f) => writeFileSync(join(f, "local/limits/limits.json"), '{"quotas":5}'),
    expected: notice("limits_lost"),
  },
  {
    what: "limits.json removed",
    after: "stop",
    damage: (f) => rmSync(join(f, "local/limits/limits.json")),
    expected: notice("limits_lost"),
  },
  {
    what: "instance.json overwritten",
    after: "stop",
    damage: (f) => writeFileSync(join(f, "local/instance.json"), "{"),
    expected: notice("holder_unreadable"),
  },
  {
    what: "removed while it runs",
    after: "stop",
    damage: () => undefined,
    while: (f, here) => rmSync(file(f, here)),
    expected: setAside("missing"),
  },
  {
    what: "bad pages in system.db",
    after: "stop",
    damage: (f) => overwrite(join(f, "system.db"), 40_960, 8_192),
    expected: refused("system.db is damaged"),
  },
  {
    what: "a file in place of the folder of limits",
    after: "stop",
    damage: (f) => {
      rmSync(join(f, "local/limits"), { recursive: true });
      writeFileSync(join(f, "local/limits"), "");
    },
    expected: refused("local/limits is not a folder"),
  },
  {
    what: "a folder in place of the journal's name",
    after: "stop",
    damage: (f) => {
      rmSync(join(f, "local/node-id"));
      mkdirSync(join(f, "local/node-id"));
    },
    expected: refused("local/node-id is not a file"),
  },
  {
    what: "log of system.db removed",
    after: "kill",
    damage: (f) => rmSync(join(f, "system.db-wal")),
    expected: refused("system.db-wal is missing"),
  },
  {
    what: "master key removed",
    after: "stop",
    damage: (f) => rmSync(join(f, "master.key")),
    expected: refused("master.key is missing"),
  },
  {
    what: "master key cut",
    after: "stop",
    damage: (f) => truncateSync(join(f, "master.key"), 40),
    expected: refused("master.key cannot be read"),
  },
  {
    what: "another master key",
    after: "stop",
    damage: (f) =>
      writeFileSync(
        join(f, "master.key"),
        JSON.stringify({ current: "k1", keys: { k1: Buffer.alloc(32, 9).toString("base64") } }),
      ),
    expected: refused("contains a different key"),
  },
  {
    what: "journal removed",
    after: "kill",
    damage: (f) => rmSync(join(f, "local/journal"), { recursive: true }),
    expected: notice("journal_missing"),
  },
  {
    what: "bad bytes in the journal",
    after: "stop",
    damage: async (f, here) => {
      const dir = join(f, "local/journal/web");
      const journal = openJournal({ dir });
      const release = { k: "release", w: here, c: 1, ch: 1, ep: 1, at: 0 };
      for (let i = 0; i < 20; i++) {
        await journal.append(JSON.stringify(release));
      }
      await journal.close();
      overwrite(join(dir, readdirSync(dir).sort().at(-1) ?? ""), 200, 50);
    },
    expected: notice("journal_bytes"),
  },
  {
    what: "inbox file overwritten",
    after: "stop",
    damage: (f, here) =>
      writeFileSync(join(f, "local", `inbox_${here}.db`), "no database ".repeat(999)),
    expected: notice("inbox_damaged"),
  },
  {
    what: "inbox file removed",
    after: "stop",
    damage: (f, here) => rmSync(join(f, "local", `inbox_${here}.db`)),
    expected: notice("inbox_missing"),
  },
  {
    what: "inbox file removed while it runs",
    after: "stop",
    damage: () => undefined,
    while: (f, here) => rmSync(join(f, "local", `inbox_${here}.db`)),
    expected: notice("inbox_missing"),
  },
  {
    what: "local/ removed",
    after: "stop",
    damage: (f) => rmSync(join(f, "local"), { recursive: true }),
    expected: notice("system_unchecked,journal_missing"),
  },
];
