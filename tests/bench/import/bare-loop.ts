// `bun bare-loop.ts <folder> <csv> <window>`: inserts the rows of the file, read and normalised beforehand, into the
// same table with a loop that does nothing else. With a window above 1, rows are sorted by address in windows of that
// size. Prints rows per second.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openConnection } from "../../../server/platform/db/driver.ts";
import { migrate } from "../../../server/platform/db/migrate.ts";

const [folder = "", file = "", window = "1"] = process.argv.slice(2);
const ROWS_A_TRANSACTION = 1_000;

const rows = readFileSync(file, "utf8").trimEnd().split("\n").slice(1).map(toRow);
sortWindows(Number(window));
const db = openConnection(join(folder, `bare-${window}.db`));
migrate(db, "workspace");
const insert = db.prepare(
  `INSERT INTO contact (email, address, domain, first_name, last_name, language, fields, source,
                        name_key, last_key, created_at, updated_at)
   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (address) DO NOTHING`,
);
const startedAt = performance.now();
for (let at = 0; at < rows.length; at += ROWS_A_TRANSACTION) {
  db.exec("BEGIN IMMEDIATE");
  for (const row of rows.slice(at, at + ROWS_A_TRANSACTION)) {
    insert.run(...row);
  }
  db.exec("COMMIT");
}
console.log(JSON.stringify({ perSecond: rows.length / ((performance.now() - startedAt) / 1_000) }));

function sortWindows(size: number): void {
  for (let at = 0; size > 1 && at < rows.length; at += size) {
    const part = rows.slice(at, at + size).sort((a, b) => (String(a[1]) < String(b[1]) ? -1 : 1));
    rows.splice(at, part.length, ...part);
  }
}

function toRow(line: string) {
  const [email = "", first = "", last = "", language = "", city = "", size = ""] = line.split(",");
  const fields = JSON.stringify({ city, size: Number(size) });
  const nameKey = `${first} ${last}`.toLowerCase();
  const lastKey = `${last} ${first}`.toLowerCase();
  const domain = email.slice(email.indexOf("@") + 1);
  return [email, email, domain, first, last, language, fields, "import:1", nameKey, lastKey, 1, 1];
}
