// After an erasure and a clean stop, no byte of the data folder identifies the person: neither as plain text nor in the
// encodings of mail and form data, inside compressed data, or in deleted space.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { rmSync } from "node:fs";
import { gunzipSync, gzipSync } from "node:zlib";
import { loadTokenKeys, trackingToken } from "../../server/delivery/index.ts";
import { loadKeyRing } from "../../server/platform/secrets.ts";
import { findings, writings } from "../support/byte-search.ts";
import { startWholeServer, type WholeServer } from "../support/whole-server.ts";

setDefaultTimeout(240_000);

const FORMER = "quendolin.former@victim.example";
const CURRENT = "quendolin.current@victim.example";
const MERGED = "quendolin.merged@victim.example";
const ADDRESSES = [FORMER, CURRENT, MERGED];
const FIRST = "Quendolín";
const LAST = "Vögelsberger";
const PHONE = "+49 171 5550199";
const AGENT = "Quokka/7.1 (Victim's own browser)";
const OTHER = "somebody.else@example.org";
/** Text that belongs to nobody else. */
const SECRETS = [...ADDRESSES, "quendolin", "victim.example", FIRST, LAST, PHONE];

type Id = { id: number };
type Page<T> = { items: T[] };

let whole: WholeServer;
let listId = 0;
let personId = 0;
let campaignId = 0;
let segmentIds: number[] = [];
let uploadId = 0;
let otherUploadId = 0;

const page = (path: string, form?: Record<string, string>) =>
  fetch(`${whole.server.url}${path}`, {
    method: form === undefined ? "GET" : "POST",
    headers: { "user-agent": AGENT, "x-forwarded-for": "203.0.113.77" },
    redirect: "manual",
    ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  });

type Preview = Id & { guesses: { column: number; target: string; key?: string }[] };

async function uploadFile(csv: string): Promise<Preview> {
  const form = new FormData();
  form.append("file", new File([csv], "people.csv", { type: "text/csv" }));
  return (await (await whole.upload("/imports", form)).json()) as Preview;
}

async function importFile(csv: string): Promise<void> {
  const preview = await uploadFile(csv);
  await whole.ask("POST", `/imports/${preview.id}/start`, {
    mapping: preview.guesses.map(({ column, target, key }) => ({
      ...{ column, target },
      ...(key === undefined ? {} : { key }),
    })),
    agreed: true,
    onDuplicate: "update",
    listIds: [listId],
  });
  await whole.waitFor(
    "the import",
    () => whole.ask<{ state: string }>("GET", `/imports/${preview.id}`),
    ({ state }) => state === "done",
  );
}

const contactAt = async (address: string) =>
  (await whole.ask<Page<Id>>("GET", `/contacts?q=${encodeURIComponent(address)}`)).items[0]?.id ??
  0;

async function sendCampaign(): Promise<void> {
  const sender = await whole.ask<Id>("POST", "/senders", { name: "Acme", email: "news@acme.test" });
  const route = await whole.ask<Id>("POST", "/routes", { kind: "test_inbox" });
  const campaign = await whole.ask<Id>("POST", "/campaigns", {
    ...{ name: "May", subject: "Dear {{ contact.first_name }}", senderId: sender.id },
    routeId: route.id,
    bodySource:
      '<p>{{ contact.first_name }} {{ contact.last_name }}, {{ contact.phone }}</p><a href="https://shop.example/?for={{ contact.email }}">Shop</a>',
    audience: { everyone: true, includeLists: [], excludeLists: [] },
  });
  campaignId = campaign.id;
  await whole.ask("POST", `/campaigns/${campaignId}/launch`);
  await whole.waitFor(
    "the campaign",
    () => whole.ask<{ status: string }>("GET", `/campaigns/${campaignId}`),
    ({ status }) => status === "completed",
  );
}

/** Opens, clicks, views the message in the browser and asks for another address, as the recipient. */
async function engage(): Promise<void> {
  const keys = loadTokenKeys(loadKeyRing(whole.dataDir));
  const at = whole.database(({ system, workspace }) => ({
    workspaceNumber: Number(
      system.prepare("SELECT number FROM workspace WHERE id = ?").pluck().get(whole.workspaceId),
    ),
    seq: Number(
      workspace(whole.workspaceId)
        .prepare("SELECT seq FROM message WHERE contact_id = ?")
        .pluck()
        .get(personId),
    ),
  }));
  const message = { ...at, campaignId };
  expect((await page(`/o/${trackingToken(keys, "open", message)}`)).status).toBe(200);
  const click = await page(`/c/${trackingToken(keys, "click", { ...message, link: 1 })}`);
  expect(click.headers.get("location")).toContain(encodeURIComponent(FORMER));
  expect(await (await page(`/v/${trackingToken(keys, "view", message)}`)).text()).toContain(FIRST);
  const asked = await page(
    `/p/${trackingToken(keys, "preferences", { ...message, contactId: personId })}`,
    {
      action: "address",
      email: CURRENT,
    },
  );
  expect(asked.status).toBe(200);
  const changeId = await whole.waitFor(
    "the mail to the new address",
    async () =>
      whole.database(({ workspace }) =>
        workspace(whole.workspaceId)
          .prepare("SELECT id FROM address_change WHERE mailed_at IS NOT NULL")
          .pluck()
          .get(),
      ),
    (id) => id !== undefined,
  );
  const confirm = trackingToken(keys, "newAddress", {
    workspaceNumber: at.workspaceNumber,
    changeId: Number(changeId),
  });
  expect((await page(`/p/confirm/${confirm}`, {})).status).toBe(200);
}

/** Mail that came back about the person, in the encodings of mail. */
function bounce(): void {
  const encoded = (text: string) => Buffer.from(text).toString("base64");
  const raw = [
    `To: =?utf-8?B?${encoded(FIRST)}?= <${FORMER}>`,
    "Content-Transfer-Encoding: base64",
    "",
    encoded(`Dear ${FIRST} ${LAST}, the mailbox ${FORMER} is full.`),
  ].join("\r\n");
  whole.database(({ inbox, workspace, system }) => {
    const insert = inbox(whole.workspaceId).prepare(
      `INSERT INTO received_mail (received_at, kind, is_personal, envelope_from, envelope_to, header_from,
         subject, size_bytes, campaign_id, seq, said, raw) VALUES (1, ?, 1, '', 'us', ?, ?, 1, ?, ?, ?, ?)`,
    );
    insert.run(
      "bounce",
      "mailer",
      "failed",
      campaignId,
      null,
      `no mailbox ${FORMER}`,
      gzipSync(raw),
    );
    // Its envelope does not name the person; only an encoded part does.
    insert.run("reply", "friend@example.org", "hi", null, null, "", gzipSync(raw));
    workspace(whole.workspaceId)
      .prepare(
        "INSERT INTO soft_bounce (address, category, campaign_id, at) VALUES (?, 'mailbox_full', 1, 1)",
      )
      .run(FORMER);
    // A permanently refused message stores the server's reply with its job.
    system
      .prepare(
        "INSERT INTO job (kind, workspace_id, state, due_at, last_error, created_at) VALUES ('form.signup', ?, 'dead', 0, ?, 0)",
      )
      .run(whole.workspaceId, `mx.victim.example said: 550 <${FORMER}>: no such user`);
  });
}

/** What workspace users wrote about the person: filters, segments, and an uploaded file. */
async function writeDown(): Promise<void> {
  const filter = { q: FORMER };
  await whole.ask("POST", "/exports", { kind: "contacts", filter });
  await whole.ask("POST", "/contacts/bulk", { action: "add_tag", filter, tag: "Known" });
  segmentIds = [];
  for (const rule of [
    { field: "email", is: "is", value: [CURRENT.toUpperCase(), OTHER] },
    { field: "fields.phone", is: "is_not", value: [FORMER] },
  ]) {
    const name = `Only ${FORMER}${segmentIds.length === 0 ? "" : ` ${CURRENT}`}`;
    segmentIds.push((await whole.ask<Id>("POST", "/segments", { name, rule })).id);
  }
  uploadId = (await uploadFile(`email,name\n${OTHER},Else\n${FORMER},${FIRST} ${LAST}\n`)).id;
  otherUploadId = (await uploadFile(`email,name\n${OTHER},Else\n`)).id;
}

beforeAll(async () => {
  whole = await startWholeServer(40);
  await whole.ask("POST", "/domains", { name: "acme.test" });
  listId = (await whole.ask<Id>("POST", "/lists", { name: "News", isPublic: true })).id;
  await whole.ask("POST", "/contact-fields", { key: "phone", label: "Phone", type: "text" });
  await importFile(
    [
      "email,first name,last name,phone",
      `${FORMER},${FIRST},${LAST},${PHONE}`,
      `${OTHER},Somebody,Else,`,
      `"not an address, but ${FORMER}",${FIRST},${LAST},${PHONE}`,
      `also.bad@@example.org,${FIRST},${LAST},${PHONE}`,
    ].join("\n"),
  );
  personId = await contactAt(FORMER);
  await whole.ask("PATCH", `/contacts/${personId}`, { fields: { phone: PHONE }, lastName: LAST });
  await whole.ask("POST", `/contacts/${personId}/notes`, { text: `${FIRST} called from ${PHONE}` });
  await sendCampaign();
  await writeDown();
  await engage();
  bounce();
  const merged = await whole.ask<Id>("POST", "/contacts", { email: MERGED, firstName: FIRST });
  await whole.ask("POST", `/contacts/${personId}/merge`, { from: merged.id });
  await whole.ask("POST", "/suppressions", { addresses: ADDRESSES, detail: `${FIRST} asked` });
  for (const kind of ["contacts", "suppressions"]) {
    await whole.ask("POST", "/exports", { kind });
  }
  await whole.ask("POST", "/privacy/requests", { kind: "export", contactId: personId });
  await whole.waitFor(
    "the exports",
    () => whole.ask<Page<{ state: string }>>("GET", "/exports"),
    ({ items }) => items.every(({ state }) => state === "done"),
  );
  await whole.waitFor(
    "everything that happened being applied",
    async () =>
      whole.database(({ workspace }) =>
        workspace(whole.workspaceId).prepare("SELECT count(*) FROM event").pluck().get(),
      ),
    (n) => Number(n) >= 3,
  );
});
afterAll(async () => {
  rmSync(whole.dataDir, { recursive: true, force: true });
});

/** Content that is stored compressed, decompressed. */
function storedMail(): string {
  return whole.database(({ inbox }) =>
    ["test_message", "received_mail"]
      .flatMap((table) =>
        inbox(whole.workspaceId).prepare<[], { raw: Buffer }>(`SELECT raw FROM ${table}`).all(),
      )
      .map(({ raw }) => gunzipSync(raw).toString("latin1"))
      .join("\n"),
  );
}

test("no byte of the data folder contains any name or address of an erased person", async () => {
  expect(findings(whole.dataDir, SECRETS).length).toBeGreaterThan(20);
  const request = await whole.ask<Id>("POST", "/privacy/requests", {
    kind: "erase",
    address: CURRENT,
  });
  const { state, result } = await whole.waitFor(
    "the erasure",
    () => whole.ask<{ state: string; result: object }>("GET", `/privacy/requests/${request.id}`),
    (one) => one.state === "done" || one.state === "failed",
  );
  expect(state).toBe("done");
  expect(result).toMatchObject({ uploads: 1, segments: 2, tasks: 2 });
  type Waiting = { state: string; error: string | null };
  const upload = await whole.ask<Waiting>("GET", `/imports/${uploadId}`);
  expect(upload).toMatchObject({ state: "cancelled" });
  expect(upload.error).toContain("Upload it again");
  expect((await whole.ask<Waiting>("GET", `/imports/${otherUploadId}`)).state).toBe("uploaded");
  const segments = await Promise.all(
    segmentIds.map((id) => whole.ask<{ name: string; rule: object }>("GET", `/segments/${id}`)),
  );
  expect(segments.map(({ name, rule }) => [name, rule])).toEqual([
    ["Only [erased]", { field: "email", is: "is", value: ["[erased]", OTHER] }],
    [
      "Only [erased] [erased]",
      {
        op: "and",
        rules: [
          { field: "fields.phone", is: "is_not", value: ["[erased]"] },
          { field: "email", is: "unknown" },
        ],
      },
    ],
  ]);
  for (const email of ADDRESSES) {
    expect([email, (await whole.raw("POST", "/contacts", { email })).status]).toEqual([email, 409]);
  }

  await whole.server.stop();

  expect(findings(whole.dataDir, SECRETS)).toEqual([]);
  const mail = storedMail();
  for (const secret of SECRETS) {
    for (const [how, needle] of writings(secret)) {
      expect(`${how}: ${mail.includes(needle.toString("latin1"))}`).toBe(`${how}: false`);
    }
  }
  // Everybody else is still there, and so are the campaign's counters.
  expect(mail).toContain("person7@example.org");
  const left = whole.database(({ workspace }) => {
    const db = workspace(whole.workspaceId);
    const count = (sql: string) => Number(db.prepare(sql).pluck().get());
    return {
      contacts: count("SELECT count(*) FROM contact"),
      messages: count("SELECT count(*) FROM message"),
      other: count(`SELECT count(*) FROM contact WHERE address = '${OTHER}'`),
    };
  });
  expect(left).toEqual({ contacts: 41, messages: 42, other: 1 });
});
