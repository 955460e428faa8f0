import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import iconv from "iconv-lite";
import Papa from "papaparse";
import { hostileCsv } from "../../../support/hostile-csv.ts";
import { ImportFixture } from "./import-fixture.ts";

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

describe("a hostile file is imported exactly", () => {
  test.each(["utf8", "utf16le", "windows-1252"] as const)("%s", async (encoding) => {
    const file = hostileCsv(3_000, encoding, "p");
    const done = await fixture.import(file.bytes);

    expect(done).toMatchObject({
      state: "done",
      rowsRead: file.rows,
      created: file.addresses.length,
      duplicates: file.duplicates,
      rejected: file.rejected,
      updated: 0,
      skipped: 0,
    });
    const contacts = fixture.contacts();
    expect(contacts.map((contact) => contact.address)).toEqual([...file.addresses].sort());
    expect(contacts.find((contact) => contact.address === "p18@example4.test")?.first_name).toBe(
      "Zoë",
    );
    expect(readdirSync(join(fixture.app.dataDir, "local", "imports"))).toEqual([]);
  });
});

test("UTF-16 in either byte order, with and without a byte order mark", async () => {
  const text = "E-Mail;Vorname\nana@example.com;Ána\n".repeat(3);
  for (const [encoding, bom] of [
    ["utf-16le", true],
    ["utf-16le", false],
    ["utf-16be", true],
    ["utf-16be", false],
  ] as const) {
    const { body } = await fixture.upload(iconv.encode(text, encoding, { addBOM: bom }));
    expect(body).toMatchObject({ encoding, delimiter: ";", header: ["E-Mail", "Vorname"] });
  }
});

test("an update overwrites what the file contains and keeps the rest; skip keeps everything", async () => {
  await fixture.import("email,first name,last name\na@example.com,Ann,Lee\nb@example.com,Bo,\n");

  const updated = await fixture.import(
    "email,first name,last name\nA@EXAMPLE.com,,Ray\nb@example.com,Bo,\nc@example.com,Cy,\n",
  );
  const skipped = await fixture.import("email,first name\na@example.com,Zed\n", {
    onDuplicate: "skip",
  });

  expect(updated).toMatchObject({ created: 1, updated: 1, skipped: 1, duplicates: 0 });
  expect(skipped).toMatchObject({ created: 0, updated: 0, skipped: 1 });
  expect(fixture.contacts()[0]).toMatchObject({ first_name: "Ann", last_name: "Ray" });
});

test("an import never undoes an unsubscribe, from a list or from everything", async () => {
  const { body: list } = await fixture.call<{ id: number }>("POST", "/lists", { name: "News" });
  const { body: contact } = await fixture.call<{ id: number }>("POST", "/contacts", {
    email: "a@example.com",
    listIds: [list.id],
  });
  await fixture.call("PUT", `/lists/${list.id}/contacts/${contact.id}`, { status: "unsubscribed" });
  await fixture.call("POST", "/suppressions", {
    addresses: ["b@example.com"],
    reason: "unsubscribed",
  });

  await fixture.import("email\na@example.com\nb@example.com\nc@example.com\n", {
    listIds: [list.id],
  });

  const { body: after } = await fixture.call("GET", `/lists/${list.id}`);
  expect(after).toMatchObject({ subscribed: 2, unsubscribed: 1 });
  const { body: mailable } = await fixture.call<{ items: { email: string }[] }>(
    "GET",
    `/contacts?list=${list.id}&status=mailable`,
  );
  expect(mailable.items.map(({ email }) => email)).toEqual(["c@example.com"]);
});

test("a status column of another product suppresses those who must not be mailed", async () => {
  await fixture.import(
    "email,name,status\na@example.com,Ann Lee,enabled\nb@example.com,Bo,blocklisted\nc@example.com,Cy,cleaned\n",
  );

  const { body } = await fixture.call("GET", "/suppressions/counts");
  expect(body).toEqual({ unsubscribed: 1, hard_bounce: 1, complaint: 0, manual: 0, unclear: 0 });
  expect(fixture.contacts()[0]).toMatchObject({ first_name: "Ann", last_name: "Lee" });
});

test("custom fields are filled by type, new ones are created, and a bad cell rejects its row with the reason", async () => {
  await fixture.call("POST", "/contact-fields", { label: "Born", type: "date" });
  const { body } = await fixture.upload(
    "email,Born,Shoe size\na@x.example,1.2.1990,42\nb@x.example,soon,43\n",
  );
  const [, , shoe] = body.guesses;
  expect(shoe).toMatchObject({
    target: "skip",
    suggestion: { label: "Shoe size", type: "number" },
  });

  await fixture.call("POST", `/imports/${body.id}/start`, {
    mapping: [
      { column: 0, target: "email" },
      { column: 1, target: "field", key: "born" },
      { column: 2, target: "newField", label: "Shoe size", type: "number" },
    ],
    agreed: true,
    onDuplicate: "update",
  });
  await fixture.run(body.id);

  expect(fixture.contacts()).toMatchObject([
    { address: "a@x.example", fields: '{"born":"1990-02-01","shoe_size":42}' },
  ]);
  expect(await fixture.rejects(body.id)).toBe(
    'row,reason,email,Born,Shoe size\r\n2,"Born: ""soon"" is not a date: write it like 2026-12-31",b@x.example,soon,43\r\n',
  );
});

test("the report of rejected rows runs no formula in a spreadsheet", async () => {
  const done = await fixture.import(
    'email,name\nbad,"=HYPERLINK(""http://evil"")"\n@SUM(1),x\na@b.example,\n',
  );

  const report = await fixture.rejects(done.id);
  expect(report).toContain(`"'=HYPERLINK(""http://evil"")"`);
  expect(report).toContain("'@SUM(1)");
});

test("ragged rows, blank lines, NUL bytes and a missing quotation mark each cost at most their own row", async () => {
  const done = await fixture.import(
    [
      "email,first name,last name",
      "short@example.com",
      "long@example.com,A,B,C,D",
      "",
      " , ,",
      "nul\0@example.com,x,y",
      'open@example.com,"Bob,z',
      'next@example.com,"Al",w',
      "last@example.com,O\0k,v",
    ].join("\r\n"),
  );

  expect(done).toMatchObject({ rowsRead: 6, created: 4, rejected: 2 });
  expect(
    fixture
      .contacts()
      .map((contact) => contact.address[0])
      .join(""),
  ).toBe("llns");
  expect(await fixture.rejects(done.id)).toContain(
    "a quotation mark that opens in this row is never closed",
  );
});

test("a cell of 10 MB is refused with its row, and the next row is imported", async () => {
  const big = "x".repeat(10 * 1024 * 1024);
  const done = await fixture.import(`email,first name\na@example.com,"${big}"\nb@example.com,B\n`);

  expect(done).toMatchObject({ created: 1, rejected: 1 });
  expect((await fixture.rejects(done.id)).length).toBeLessThan(10_000);
});

test("files without a header, with Excel's sep= line, or with one column only", async () => {
  const bare = await fixture.import("a@example.com\nb@example.com\n");
  const excel = await fixture.import("sep=;\r\nMail;Vorname\r\nc@example.com;Ćiro\r\n");

  expect(bare).toMatchObject({ created: 2, rejected: 0 });
  expect(excel).toMatchObject({ created: 1, rejected: 0 });
  expect(fixture.contacts()[2]).toMatchObject({ address: "c@example.com", first_name: "Ćiro" });
});

test("a changed reading of the file is kept for the import", async () => {
  const bytes = iconv.encode("email|name\na@example.com|Łukasz\n", "utf-8");
  const { body } = await fixture.upload(bytes);
  const { body: again } = await fixture.call<typeof body>("POST", `/imports/${body.id}/preview`, {
    hasHeader: false,
    encoding: "windows-1252",
  });

  expect(body).toMatchObject({ encoding: "utf-8", delimiter: "|", hasHeader: true });
  expect(again).toMatchObject({
    encoding: "windows-1252",
    delimiter: "|",
    hasHeader: false,
    header: [],
  });
  expect(again.rows[1]).toEqual(["a@example.com", "Å\u0081ukasz"]);
  await fixture.start(body.id, again.guesses);
  await fixture.run(body.id);
  expect(await fixture.get(body.id)).toMatchObject({ rowsRead: 2, created: 1, rejected: 1 });
});

describe("a file that is no CSV is refused by name, and nothing is stored", () => {
  const zip = (name: string) =>
    Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(26), Buffer.from(name)]);
  test.each([
    ["%PDF-1.7 …", "This is a PDF document, not a CSV file."],
    [zip("[Content_Types].xml"), "This is an Excel workbook. Open it and save it as CSV."],
    [zip("readme.txt"), "This is a ZIP archive. Unpack it and upload the CSV file inside."],
    [
      Buffer.from("d0cf11e0a1b11ae1", "hex"),
      "This is an old Excel workbook (.xls). Open it and save it as CSV.",
    ],
    [Buffer.from("89504e470d0a1a0a", "hex"), "This is a picture (PNG), not a CSV file."],
    [crypto.getRandomValues(Buffer.alloc(20_000)), /./],
    ["<!DOCTYPE html><p>Sign in", /^This is a web page/],
    ['[{"email":"a@b.example"}]', "This is a JSON file, not a CSV file."],
    ["", "The file is empty."],
    [" \r\n\r\n ", "The file contains only blanks."],
  ] as [string | Uint8Array, string | RegExp][])("%#", async (content, reason) => {
    const { status, body } = await fixture.upload<{ detail: string; code: string }>(content);

    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.detail).toMatch(reason);
    expect((await fixture.call<{ items: unknown[] }>("GET", "/imports")).body.items).toEqual([]);
    const folder = join(fixture.app.dataDir, "local", "imports");
    expect(readdirSync(folder)).toEqual([]);
  });
});

test("accepts an upload form from browsers, however it is chunked", async () => {
  const form = new FormData();
  form.append("note", "before\r\n--x");
  form.append("file", new File(["email\r\na@example.com\r\n"], '../"odd" näme.csv'));
  const request = new Request("http://x", { method: "POST", body: form });
  const type = request.headers.get("content-type") ?? "";
  const bytes = new Uint8Array(await request.arrayBuffer());
  for (const size of [1, 7, 64, 10_000]) {
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) {
          controller.enqueue(bytes.slice(at, at + size));
        }
        controller.close();
      },
    });
    const response = await fixture.send(body, { "content-type": type });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ header: ["email"], rows: [["a@example.com"]] });
  }
  const cut = await fixture.send(bytes.slice(0, -30), { "content-type": type });
  expect(cut.status).toBe(422);
});

test("a file over the limit is refused before it is read", async () => {
  const response = await fixture.send("email\n", { "content-length": String(600 * 1024 * 1024) });

  expect(response.status).toBe(413);
});

test("the mapping must name the address once, existing columns and existing fields", async () => {
  const { body } = await fixture.upload("email,x\na@example.com,Ada\n");
  const start = async (mapping: unknown[], more = {}) =>
    (
      await fixture.call("POST", `/imports/${body.id}/start`, {
        mapping,
        agreed: true,
        onDuplicate: "skip",
        ...more,
      })
    ).status;

  expect(await start([])).toBe(422);
  expect(await start([{ column: 9, target: "email" }])).toBe(422);
  expect(
    await start([
      { column: 0, target: "email" },
      { column: 1, target: "email" },
    ]),
  ).toBe(422);
  expect(
    await start([
      { column: 0, target: "email" },
      { column: 1, target: "field", key: "nope" },
    ]),
  ).toBe(422);
  expect(await start([{ column: 0, target: "email" }], { listIds: [77] })).toBe(422);
  expect(await start([{ column: 0, target: "email" }])).toBe(200);
  expect(await start([{ column: 0, target: "email" }])).toBe(409);
});

test("a viewer can read and change nothing; another workspace's imports are not found", async () => {
  const { body } = await fixture.upload("email\na@example.com\n");
  const viewer = { role: "viewer" as const, workspaceId: fixture.workspace.id };
  const stranger = { role: "owner" as const, workspaceId: fixture.app.newWorkspace().id };
  const paths = [
    ["GET", `/imports/${body.id}`, undefined, 200],
    ["GET", `/imports/${body.id}/rejects.csv`, undefined, 200],
    ["POST", "/imports", undefined, 403],
    ["POST", `/imports/${body.id}/preview`, {}, 403],
    ["POST", `/imports/${body.id}/start`, { mapping: [], agreed: true, onDuplicate: "skip" }, 403],
    ["POST", `/imports/${body.id}/cancel`, undefined, 403],
    ["POST", `/imports/${body.id}/resume`, undefined, 403],
  ] as const;
  for (const [method, path, sent, expected] of paths) {
    const full = `${fixture.base}${path}`;
    expect((await fixture.app.call(viewer, method, full, sent)).status).toBe(expected);
    expect((await fixture.app.call(stranger, method, full, sent)).status).toBe(404);
    expect((await fixture.app.call(null, method, full, sent)).status).toBe(401);
  }
});

// An apostrophe before a formula is what exports add as a guard against spreadsheets, and an import removes it.
const name = fc
  .string({ unit: "grapheme", maxLength: 30 })
  .filter((text) => !/^[\s\p{Cc}]*'/u.test(text));
test("random people, written as CSV and imported, are those people", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(name, name), { minLength: 1, maxLength: 40 }),
      fc.constantFrom(",", ";", "\t", "|"),
      fc.constantFrom("\n", "\r\n"),
      async (people, delimiter, newline) => {
        fixture.close();
        fixture = new ImportFixture();
        const rows = people.map(([first, last], i) => [`p${i}@example.com`, first, last]);
        const text = Papa.unparse([["email", "first name", "last name"], ...rows], {
          delimiter,
          newline,
        });

        const done = await fixture.import(text);

        expect(done).toMatchObject({ created: people.length, rejected: 0 });
        // Characters that a name cannot have: control characters, and white space around it.
        const clean = (cell: string) => cell.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
        const expected = rows
          .map(([address, first, last]) => [address, clean(first ?? ""), clean(last ?? "")])
          .sort(([a], [b]) => ((a ?? "") < (b ?? "") ? -1 : 1));
        const found = fixture.contacts().map((one) => [one.address, one.first_name, one.last_name]);
        expect(found).toEqual(expected as string[][]);
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);
