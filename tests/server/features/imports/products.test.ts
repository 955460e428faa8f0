import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { ImportFixture, type Preview } from "./import-fixture.ts";

// The source of each file's columns is in the README beside them.
const FOLDER = join(import.meta.dir, "../../../fixtures/imports");

type Row = [person: string, result: string];
const PRODUCTS: [file: string, preset: string | null, rows: Row[]][] = [
  ["subscribed_email_audience_export_1a2b.csv", "mailchimp", [["in", "mailed"]]],
  [
    "unsubscribed_email_audience_export_1a2b.csv",
    "mailchimp",
    [
      ["left", "unsubscribed"],
      ["notime", "unsubscribed"],
    ],
  ],
  ["cleaned_email_audience_export_1a2b.csv", "mailchimp", [["hard", "hard_bounce"]]],
  ["nonsubscribed_email_audience_export_1a2b.csv", "mailchimp", [["shopper", "unsubscribed"]]],
  [
    "brevo.csv",
    "brevo",
    [
      ["in", "mailed"],
      ["smsonly", "mailed"],
      ["out", "unsubscribed"],
      ["two", "asked: 2"],
      ["optout", "unsubscribed"],
    ],
  ],
  [
    "klaviyo.csv",
    "klaviyo",
    [
      ["in", "mailed"],
      ["suppressed", "manual"],
      ["bounced", "hard_bounce"],
      ["spam", "complaint"],
      ["out", "unsubscribed"],
      ["never", "unsubscribed"],
      ["blank", "asked: no status"],
    ],
  ],
  [
    "hubspot.csv",
    "hubspot",
    [
      ["in", "mailed"],
      ["out", "unsubscribed"],
      ["type", "unsubscribed"],
      ["bounced", "hard_bounce"],
      ["invalid", "hard_bounce"],
    ],
  ],
  [
    "hubspot-unsubscribes-and-bounces.csv",
    "hubspot",
    [
      ["out", "unsubscribed"],
      ["bounced", "hard_bounce"],
      ["spam", "complaint"],
      ["global", "hard_bounce"],
      ["type", "unsubscribed"],
    ],
  ],
  [
    "substack.csv",
    "substack",
    [
      ["paid", "mailed"],
      ["free", "mailed"],
      ["out", "unsubscribed"],
    ],
  ],
  [
    "substack-subscribers.csv",
    "substack",
    [
      ["free", "mailed"],
      ["lapsed", "mailed"],
    ],
  ],
  [
    "kit.csv",
    null,
    [
      ["in", "mailed"],
      ["out", "unsubscribed"],
      ["bounced", "hard_bounce"],
      ["spam", "complaint"],
      ["inactive", "unsubscribed"],
      ["unconfirmed", "unconfirmed"],
    ],
  ],
  [
    "mailerlite.csv",
    "mailerlite",
    [
      ["in", "mailed"],
      ["out", "unsubscribed"],
      ["wait", "unconfirmed"],
      ["bounced", "hard_bounce"],
      ["junk", "complaint"],
    ],
  ],
  [
    "campaign-monitor.csv",
    "campaignmonitor",
    [
      ["in", "mailed"],
      ["out", "unsubscribed"],
      ["wait", "unconfirmed"],
      ["bounced", "hard_bounce"],
      ["gone", "manual"],
    ],
  ],
  [
    "cleverreach.csv",
    "cleverreach",
    [
      ["in", "mailed"],
      ["never", "unconfirmed"],
      ["out", "unsubscribed"],
      ["bounced", "hard_bounce"],
    ],
  ],
  [
    "sendy.csv",
    "sendy",
    [
      ["in", "mailed"],
      ["out", "unsubscribed"],
      ["bounced", "hard_bounce"],
      ["soft", "asked: Soft bounced"],
      ["spam", "complaint"],
      ["wait", "unconfirmed"],
    ],
  ],
  // What Sendy's own code writes: no column names, and only the file name says who the people are.
  [
    "news-active.csv",
    null,
    [
      ["in", "mailed"],
      ["on", "mailed"],
    ],
  ],
  [
    "news-unsubscribed.csv",
    null,
    [
      ["out", "unsubscribed"],
      ["gone", "unsubscribed"],
    ],
  ],
  [
    "news-bounced.csv",
    null,
    [
      ["hard", "hard_bounce"],
      ["dead", "hard_bounce"],
    ],
  ],
  [
    "news-marked-as-spam.csv",
    null,
    [
      ["spam", "complaint"],
      ["junk", "complaint"],
    ],
  ],
  [
    "news-unconfirmed.csv",
    null,
    [
      ["wait", "unsubscribed"],
      ["later", "unsubscribed"],
    ],
  ],
  [
    "listmonk.csv",
    "listmonk",
    [
      ["in", "mailed"],
      ["blocked", "unsubscribed"],
      ["disabled", "unsubscribed"],
    ],
  ],
  [
    "keila.csv",
    "keila",
    [
      ["in", "mailed"],
      ["out", "unsubscribed"],
      ["hard", "hard_bounce"],
      ["blank", "asked: no status"],
    ],
  ],
  [
    "mautic.csv",
    "mautic",
    [
      ["in", "mailed"],
      ["out", "unsubscribed"],
      ["yes", "unsubscribed"],
      ["bounce", "asked: 2"],
    ],
  ],
  [
    "shopify.csv",
    "shopify",
    [
      ["in", "mailed"],
      ["no", "unsubscribed"],
      ["tagged", "unsubscribed"],
    ],
  ],
  [
    "beehiiv.csv",
    "beehiiv",
    [
      ["in", "mailed"],
      ["inactive", "unsubscribed"],
      ["wait", "unconfirmed"],
      ["left", "unsubscribed"],
    ],
  ],
  ["mailup-unsubscribed.csv", null, [["out", "unsubscribed"]]],
  [
    "google-contacts.csv",
    "google",
    [
      ["in", "mailed"],
      ["out", "unsubscribed"],
    ],
  ],
  [
    "outlook-contacts.csv",
    "outlook",
    [
      ["in", "mailed"],
      ["out", "unsubscribed"],
    ],
  ],
  [
    "swiftmail-contacts.csv",
    null,
    [
      ["in", "mailed"],
      ["out", "unsubscribed"],
      ["hard", "hard_bounce"],
      ["spam", "complaint"],
      ["hand", "manual"],
      ["held", "asked: unclear"],
    ],
  ],
];

/** Imports a file into a list with the guesses unchanged, and returns what becomes of each person. */
async function results(file: string) {
  const fixture = new ImportFixture();
  const { body: list } = await fixture.call<{ id: number }>("POST", "/lists", { name: "News" });
  const upload = await fixture.upload<Preview & { preset: { name: string } | null }>(
    readFileSync(join(FOLDER, file)),
    basename(file),
  );
  await fixture.startWithoutQuestions(upload.body.id, upload.body.guesses, { listIds: [list.id] });
  await fixture.run(upload.body.id);
  const people = fixture.db
    .prepare<[], { address: string; status: string; reason: string | null; detail: string | null }>(
      `SELECT c.address, m.status, s.reason, s.detail FROM contact c
         LEFT JOIN list_contact m ON m.contact_id = c.id LEFT JOIN suppression s ON s.address = c.address`,
    )
    .all();
  const cells = new Map(
    readFileSync(join(FOLDER, file), "utf8")
      .split("\n")
      .slice(1)
      .map((line) => [/(\w+)@x\.example/.exec(line)?.[1] ?? "", line] as const),
  );
  fixture.app.close();
  const found = people.map(({ address, status, reason, detail }) => {
    const result =
      reason === "unclear"
        ? `asked: ${detail === "" ? "no status" : detail}`
        : (reason ?? (status === "subscribed" ? "mailed" : "unconfirmed"));
    return [address.replace("@x.example", ""), result] as Row;
  });
  return { preset: upload.body.preset?.name ?? null, found, cells };
}

const printed: string[][] = [];

test.each(PRODUCTS)("%s", async (file, preset, rows) => {
  const { found, cells, ...read } = await results(file);
  for (const [person, result] of found) {
    printed.push([file, person, result, (cells.get(person) ?? "").slice(0, 60)]);
  }

  expect(read.preset).toBe(preset);
  expect(new Map(found)).toEqual(new Map(rows));
});

test("every file of the folder is in the table, which the test prints", () => {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".csv"));
  expect(PRODUCTS.map(([file]) => file).sort()).toEqual(files.sort());
  const widths = [0, 1, 2].map((n) => Math.max(...printed.map((line) => line[n]?.length ?? 0)));
  const text = [["file", "person", "becomes", "row"], ...printed]
    .map((line) => line.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join("  "))
    .join("\n");
  process.stdout.write(`${text}\n`);
});
