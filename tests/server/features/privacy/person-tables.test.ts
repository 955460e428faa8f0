import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";
import { runTaskOf } from "../../../support/run-task.ts";

/** What a merge and an erasure do to the rows about a person in each table. */
type Decision = {
  /**
   * `carried`: refers to the kept contact; `linked`: unchanged, found through contact_merge; `address`: belongs to the
   * address.
   */
  merge: "carried" | "linked" | "address";
  /** `gone`, or `unnamed`: the row stays for the totals, without anything that identifies the person. */
  erase: "gone" | "unnamed";
  /** A row about the contact with id 2 (@id) and the address @address. */
  seed: string;
};

/** Every table of the workspace file with a column `contact_id` or `address`. A new table must be decided here. */
const TABLES: Record<string, Decision> = {
  address_change: {
    merge: "carried",
    erase: "gone",
    seed: "INSERT INTO address_change (contact_id, email, address, ip, user_agent, created_at, expires_at) VALUES (@id, @address, @address, '', '', 1, 2)",
  },
  bounce_report: {
    merge: "address",
    erase: "unnamed",
    seed: "INSERT INTO bounce_report (campaign_id, seq, at, via, action, category, reply, address) VALUES (1, @id, 1, 'dsn', 'failed', 'user_unknown', 'no ' || @address, @address)",
  },
  consent: {
    merge: "linked",
    erase: "unnamed",
    seed: "INSERT INTO consent (at, contact_id, address, action, source, actor, ip) VALUES (1, @id, @address, 'given', 'form:1', 'contact', '192.0.2.7')",
  },
  contact: {
    merge: "carried",
    erase: "gone",
    seed: "UPDATE contact SET first_name = @address WHERE id = @id",
  },
  contact_change: {
    merge: "carried",
    erase: "gone",
    seed: "INSERT INTO contact_change (contact_id, at, actor, kind, detail) VALUES (@id, 1, 'u', 'edit', json_object('email', @address))",
  },
  contact_former_address: {
    merge: "carried",
    erase: "gone",
    seed: "INSERT INTO contact_former_address (contact_id, address, until) VALUES (@id, 'before.' || @address, 1)",
  },
  contact_merge: {
    merge: "carried",
    erase: "gone",
    seed: "INSERT INTO contact_merge (from_id, contact_id, address, at) VALUES (77, @id, 'earlier.' || @address, 1)",
  },
  contact_note: {
    merge: "carried",
    erase: "gone",
    seed: "INSERT INTO contact_note (contact_id, text, created_by, created_at, updated_at) VALUES (@id, @address, 'u', 1, 1)",
  },
  contact_tag: {
    merge: "carried",
    erase: "gone",
    seed: "INSERT INTO contact_tag (tag_id, contact_id) SELECT 1, @id WHERE @address <> ''",
  },
  custom_event: {
    merge: "carried",
    erase: "gone",
    seed: "INSERT INTO custom_event (name_id, contact_id, at, received_at, properties) VALUES (1, @id, 1, 1, json_object('mail', @address))",
  },
  erased_contact: {
    merge: "linked",
    erase: "unnamed",
    seed: "INSERT INTO erased_contact (contact_id, hash, address) VALUES (@id, x'00', @address)",
  },
  event: {
    merge: "carried",
    erase: "unnamed",
    seed: "INSERT INTO event (at, kind, campaign_id, seq, contact_id, class, rule, ip) SELECT 1, 'open', 1, @id, @id, 'human', 'r', '192.0.2.7' WHERE @address <> ''",
  },
  form_signup: {
    merge: "carried",
    erase: "gone",
    seed: "INSERT INTO form_signup (form_id, state, email, address, data, list_ids, proven, consent_version, ip, user_agent, created_at, expires_at, contact_id) VALUES (1, 'done', @address, @address, '{}', '[]', 1, 1, '192.0.2.7', '', 1, 2, @id)",
  },
  kept_break: {
    merge: "address",
    erase: "gone",
    seed: "INSERT INTO kept_break (address, until) SELECT @address, 9 WHERE @id > 0",
  },
  kept_leave: {
    merge: "address",
    erase: "gone",
    seed: "INSERT INTO kept_leave (address, list_id, at) SELECT @address, 1, 1 WHERE @id > 0",
  },
  list_contact: {
    merge: "carried",
    erase: "gone",
    seed: "INSERT INTO list_contact (list_id, contact_id, status, changed_at) SELECT 1, @id, 'subscribed', 1 WHERE @address <> ''",
  },
  message: {
    merge: "carried",
    erase: "unnamed",
    seed: "INSERT INTO message (campaign_id, seq, contact_id, address, state) VALUES (1, @id, @id, @address, 3)",
  },
  person_request: {
    merge: "linked",
    erase: "unnamed",
    seed: "INSERT INTO person_request (task_id, kind, contact_id, address) VALUES (1, 'export', @id, @address)",
  },
  segment_member: {
    merge: "carried",
    erase: "gone",
    seed: "INSERT INTO segment_member (segment_id, contact_id) SELECT 1, @id WHERE @address <> ''",
  },
  soft_bounce: {
    merge: "address",
    erase: "gone",
    seed: "INSERT INTO soft_bounce (address, category, campaign_id, at) SELECT @address, 'mailbox_full', @id, 1",
  },
  suppression: {
    merge: "address",
    erase: "gone",
    seed: "INSERT INTO suppression (address, reason, created_at) SELECT @address, 'manual', @id",
  },
  suppression_claim: {
    merge: "address",
    erase: "gone",
    seed: "INSERT INTO suppression_claim (address, source, reason, detail, created_at) SELECT @address, 'bulk:1', 'manual', '', @id",
  },
  task_undo: {
    merge: "linked",
    erase: "gone",
    seed: "INSERT INTO task_undo (task_id, contact_id, before) VALUES (1, @id, json_object('email', @address))",
  },
};

const ANN = "ann@example.com";
const OLD = "ann.old@example.com";

let fixture: TestApp;
let workspace: TestWorkspace;
let keep: number;
let gone: number;

beforeEach(async () => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
  db().exec(`
    INSERT INTO list (id, name, name_key, created_at, updated_at) VALUES (1, 'L', 'l', 0, 0);
    INSERT INTO tag (id, name, name_key, created_at) VALUES (1, 'T', 't', 0);
    INSERT INTO segment (id, name, name_key, kind, rule, created_by, created_at, updated_at)
      VALUES (1, 'S', 's', 'static', '{}', 'u', 0, 0);
    INSERT INTO event_name (id, name, last_at) VALUES (1, 'bought', 0);
    INSERT INTO campaign (id, name, created_by, created_at, updated_at) VALUES (1, 'C', 'u', 0, 0);
    INSERT INTO task (id, kind, payload, state, created_by, created_at) VALUES (1, 'contact_delete', '{}', 'done', 'u', 0)`);
  keep = (await call("POST", "/contacts", { email: ANN })).body.id;
  gone = (await call("POST", "/contacts", { email: OLD })).body.id;
  // There is no form here to which the sign-up could refer.
  db().pragma("foreign_keys = OFF");
  for (const { seed } of Object.values(TABLES)) {
    db().prepare(seed).run({ id: gone, address: OLD });
  }
  db().pragma("foreign_keys = ON");
});
afterEach(() => fixture.close());

const db = () => fixture.databases.workspace(workspace.id);

const call = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "admin");

async function erase(who: { contactId: number } | { address: string }) {
  const asked = await call("POST", "/privacy/requests", { kind: "erase", ...who });
  await runTaskOf(fixture, workspace.id, asked.body.id);
  return (await call("GET", `/privacy/requests/${asked.body.id}`)).body;
}

const rowsOf = (table: string) =>
  db().prepare<[], Record<string, unknown>>(`SELECT * FROM "${table}"`).all();

function expectErased() {
  for (const [table, { erase: decision }] of Object.entries(TABLES)) {
    const rows = rowsOf(table);
    const text = JSON.stringify(rows);
    expect(`${table}: ${text}`).not.toContain("@example.com");
    expect(`${table}: ${text}`).not.toContain("192.0.2.7");
    expect(`${table} ${decision}: ${rows.length > 0}`).toBe(
      `${table} ${decision}: ${decision === "unnamed"}`,
    );
  }
}

describe("tables about people", () => {
  test("each one has a decision for a merge and for an erasure", () => {
    const tables = db()
      .prepare<[], { name: string }>(
        `SELECT DISTINCT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
          WHERE m.type = 'table' AND c.name IN ('contact_id', 'address') ORDER BY m.name`,
      )
      .all()
      .map(({ name }) => name);

    expect(tables).toEqual(Object.keys(TABLES).sort());
    for (const table of tables) {
      expect(`${table} ${rowsOf(table).length > 0}`).toBe(`${table} true`);
    }
  });

  test("a merge moves the other contact's data, and what it cannot move is found through the link", async () => {
    const merged = await call("POST", `/contacts/${keep}/merge`, { from: gone });

    expect(merged.status).toBe(200);
    for (const [table, { merge }] of Object.entries(TABLES)) {
      if (table === "contact") {
        expect(rowsOf(table).map(({ id }) => id)).toEqual([keep]);
      } else if (merge === "carried") {
        const owners = new Set(rowsOf(table).map((row) => row["contact_id"]));
        expect([table, ...owners]).toEqual([table, keep]);
      }
    }
    const linked = rowsOf("contact_merge").map((row) => [row["from_id"], row["contact_id"]]);
    expect(linked).toEqual([
      [gone, keep],
      [77, keep],
    ]);
    const ledger = (await call("GET", `/contacts/${keep}/consent`)).body.items;
    expect(ledger.map(({ address }: { address: string }) => address)).toContain(OLD);
    const timeline = (await call("GET", `/contacts/${keep}/timeline?kinds=consent`)).body.items;
    expect(timeline).toHaveLength(ledger.length);
  });

  test("of two memberships the stricter one applies to the kept address", async () => {
    const cases = [
      ["pending", "subscribed", "pending"],
      ["subscribed", "pending", "subscribed"],
      ["pending", "unsubscribed", "unsubscribed"],
      ["unsubscribed", "subscribed", "unsubscribed"],
      ["subscribed", "unsubscribed", "unsubscribed"],
    ] as const;
    const insert = db().prepare<[number, number, string]>(
      "INSERT INTO list_contact (list_id, contact_id, status, changed_at) VALUES (?, ?, ?, 1)",
    );
    cases.forEach(([kept, other], at) => {
      db()
        .prepare(
          "INSERT INTO list (id, name, name_key, created_at, updated_at) VALUES (?, ?, ?, 0, 0)",
        )
        .run(at + 10, `L${at}`, `l${at}`);
      insert.run(at + 10, keep, kept);
      insert.run(at + 10, gone, other);
    });

    await call("POST", `/contacts/${keep}/merge`, { from: gone });

    const statuses = rowsOf("list_contact")
      .filter((row) => Number(row["list_id"]) >= 10)
      .map(({ status }) => status);
    expect(statuses).toEqual(cases.map(([, , after]) => after));
  });

  test("an erasure leaves nothing that names the person in any table", async () => {
    await call("DELETE", `/contacts/${keep}`);

    const done = await erase({ contactId: gone });

    expect(done).toMatchObject({ state: "done", result: { contacts: 1, softBounces: 1 } });
    expectErased();
  });

  test("a merged person is erased as both contacts, by either address, and neither comes back", async () => {
    db().exec(`
      INSERT INTO message (campaign_id, seq, contact_id, address, state) VALUES (1, 900, ${keep}, '${ANN}', 3);
      INSERT INTO suppression (address, reason, created_at) VALUES ('earlier.${OLD}', 'manual', 1)`);
    await call("POST", `/contacts/${keep}/merge`, { from: gone });

    const done = await erase({ address: OLD });

    // Two messages of one campaign: the second one still named the removed contact.
    expect(done).toMatchObject({ state: "done", result: { contacts: 1, messages: 2 } });
    expectErased();
    for (const email of [ANN, OLD, `earlier.${OLD}`]) {
      expect((await call("POST", "/contacts", { email })).status).toBe(409);
    }
  });

  test("a person who changed addresses is erased under each of them, and an address that is now another's stays", async () => {
    const [first, second, third] = ["a1@example.com", "a2@example.com", "a3@example.com"];
    const { id } = (await call("POST", "/contacts", { email: first })).body;
    await call("PATCH", `/contacts/${id}`, { email: second });
    await call("PATCH", `/contacts/${id}`, { email: third });
    const heir = (await call("POST", "/contacts", { email: second })).body.id;
    await call("POST", "/suppressions", { addresses: [first, second] });

    const done = await erase({ address: first });

    expect(done).toMatchObject({ state: "done", result: { contacts: 1, suppressions: 1 } });
    for (const email of [first, third]) {
      expect((await call("POST", "/contacts", { email })).status).toBe(409);
    }
    expect((await call("GET", `/contacts/${heir}`)).body.email).toBe(second);
    expect(rowsOf("suppression").map(({ address }) => address)).toContain(second);
  });

  test("mail from the person, or about a message to them, is removed from the inbox", async () => {
    const inbox = fixture.databases.inbox(workspace.id);
    const add = (from: string, header: string, said: string, seq: number | null) =>
      inbox
        .prepare(
          `INSERT INTO received_mail (received_at, kind, is_personal, envelope_from, envelope_to, header_from,
             subject, size_bytes, campaign_id, seq, said, raw)
           VALUES (1, 'reply', 1, ?, 'us', ?, '', 1, 1, ?, ?, x'00')`,
        )
        .run(from, header, seq, said);
    add(OLD.toUpperCase(), "Ann", "", null);
    add("x@relay.example", `Ann <${OLD}>`, "", null);
    add("", "mailer", `550 no mailbox ${OLD}`, null);
    add("", "mailer", "550 no such user", gone);
    add("other@example.org", "Other", "", 901);

    const done = await erase({ contactId: gone });

    expect(done.result.inbox).toBe(4);
    const left = inbox.prepare("SELECT envelope_from AS who FROM received_mail").all();
    expect(left).toEqual([{ who: "other@example.org" }]);
  });
});
