import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  mailboxOf,
  spellingPrefixes,
} from "../../../../server/features/contacts/contact-merge.rules.ts";
import { newTestApp, type TestApp, type TestWorkspace } from "../../../support/app.ts";
import { workspaceCalls } from "../../../support/calls.ts";

let fixture: TestApp;
let workspace: TestWorkspace;

beforeEach(() => {
  fixture = newTestApp();
  workspace = fixture.newWorkspace();
});
afterEach(() => fixture.close());

const call = workspaceCalls(() => ({ app: fixture, workspaceId: workspace.id }), "editor");
const add = async (email: string, extra: object = {}) =>
  (await call("POST", "/contacts", { email, ...extra })).body.id as number;
const db = () => fixture.databases.workspace(workspace.id);
const HTML = `<img src=x onerror=alert(1)>`;

describe("the timeline", () => {
  test("has notes and edits with their authors, can be filtered, and is paged without a gap", async () => {
    const id = await add("a@example.com");
    await call("PATCH", `/contacts/${id}`, { firstName: HTML });
    const note = await call("POST", `/contacts/${id}/notes`, { text: HTML });
    await call("PATCH", `/contacts/${id}/notes/${note.body.id}`, { text: `${HTML} again` });
    db().exec(`
      INSERT INTO event_name (id, name, last_at) VALUES (1, 'bought', 0);
      INSERT INTO custom_event (name_id, contact_id, at, received_at, properties) VALUES (1, ${id}, 5, 5, '{"sum":3}')`);

    const all = (await call("GET", `/contacts/${id}/timeline`)).body.items;
    const notes = (await call("GET", `/contacts/${id}/timeline?kinds=note,custom_event`)).body
      .items;
    const paged: unknown[] = [];
    let cursor: string | null = null;
    do {
      const from: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await call("GET", `/contacts/${id}/timeline?limit=1${from}`);
      paged.push(...page.body.items);
      cursor = page.body.nextCursor as string | null;
    } while (cursor !== null);

    expect(all.map(({ kind }: { kind: string }) => kind).sort()).toEqual([
      "created",
      "custom_event",
      "edit",
      "note",
    ]);
    expect(notes).toMatchObject([
      { kind: "note", detail: `${HTML} again`, actor: `editor ${workspace.id}` },
      { kind: "custom_event", what: "bought", detail: '{"sum":3}' },
    ]);
    const edit = all.find(({ kind }: { kind: string }) => kind === "edit");
    expect(JSON.parse(edit.detail)).toEqual({ firstName: { from: "", to: HTML } });
    expect(paged).toEqual(all);
  });

  test("a note belongs only to its contact", async () => {
    const [a, b] = [await add("a@example.com"), await add("b@example.com")];
    const note = (await call("POST", `/contacts/${a}/notes`, { text: "x" })).body.id;

    expect((await call("DELETE", `/contacts/${b}/notes/${note}`)).status).toBe(404);
    expect((await call("POST", `/contacts/${a}/notes`, { text: "  " })).status).toBe(422);
    expect((await call("POST", "/contacts/99/notes", { text: "x" })).status).toBe(404);
    expect((await call("DELETE", `/contacts/${a}/notes/${note}`)).status).toBe(200);
  });
});

describe("merging", () => {
  test("finds other spellings of a mailbox, and the same name at the same domain", async () => {
    const ann = await add("ann.lee@gmail.com", { firstName: "Ann", lastName: "Lee" });
    await add("a.n.n.l.e.e+shop@googlemail.com");
    await add("annlee@gmail.com");
    await add("annleex@gmail.com");
    await add("other@gmail.com", { firstName: "ANN", lastName: "lee" });
    await add("ann@work.example", { firstName: "Ann", lastName: "Lee" });

    const found = (await call("GET", `/contacts/${ann}/duplicates`)).body.items;

    expect(
      found.map(({ address, why }: Record<string, string>) => `${why} ${address}`).sort(),
    ).toEqual([
      "mailbox a.n.n.l.e.e+shop@googlemail.com",
      "mailbox annlee@gmail.com",
      "name other@gmail.com",
    ]);
  });

  test("keeps one contact, moves the other's data, and never subscribes an unsubscribed person", async () => {
    const [news, offers] = [
      (await call("POST", "/lists", { name: "News" })).body.id,
      (await call("POST", "/lists", { name: "Offers" })).body.id,
    ];
    const keep = await add("ann@a.example", { firstName: "Ann", listIds: [news] });
    const gone = await add("ann.old@a.example", {
      firstName: "Anna",
      lastName: "Lee",
      listIds: [news, offers],
    });
    await call("POST", "/contacts/batch-memberships", {
      items: [{ contactId: gone, listId: news, action: "unsubscribe" }],
    });
    await call("POST", "/contacts/bulk", { action: "add_tag", tag: "VIP", ids: [gone] });
    await call("POST", `/contacts/${gone}/notes`, { text: "a note" });
    db().exec(`
      INSERT INTO campaign (id, name, created_by, created_at, updated_at) VALUES (1, 'One', 'u', 0, 0), (2, 'Two', 'u', 0, 0);
      INSERT INTO message (campaign_id, seq, contact_id, address, changed_at) VALUES
        (1, 1, ${keep}, 'a', 1), (1, 2, ${gone}, 'b', 1), (2, 1, ${gone}, 'b', 1);
      INSERT INTO event (at, kind, campaign_id, seq, contact_id, class, rule) VALUES (1, 'open', 2, 1, ${gone}, 'human', 'r')`);

    const merged = await call("POST", `/contacts/${keep}/merge`, { from: gone });

    expect(merged.body).toMatchObject({
      id: keep,
      email: "ann@a.example",
      firstName: "Ann",
      lastName: "Lee",
    });
    expect(
      merged.body.lists.map(({ name, status }: Record<string, string>) => `${name} ${status}`),
    ).toEqual(["News unsubscribed", "Offers subscribed"]);
    expect((await call("GET", `/contacts/${gone}`)).status).toBe(404);
    const kinds = (await call("GET", `/contacts/${keep}/timeline`)).body.items.map(
      ({ kind, campaignName }: Record<string, string>) => `${kind} ${campaignName ?? ""}`.trim(),
    );
    expect(kinds).toEqual(
      expect.arrayContaining(["note", "event Two", "message One", "message Two", "edit"]),
    );
    expect(db().prepare("SELECT contact_id AS id FROM contact_tag").all()).toEqual([{ id: keep }]);
    expect((await call("GET", "/contacts/count")).body.count).toBe(1);
    expect((await call("POST", `/contacts/${keep}/merge`, { from: keep })).status).toBe(422);
  });

  test("two spellings of a Gmail mailbox are reported as duplicates, other addresses are not", () => {
    const local = fc.stringMatching(/^[a-z0-9]{3,12}$/);
    fc.assert(
      fc.property(local, fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }), (name, dots) => {
        const dotted = [...name].map((c, i) => (dots[i] && i > 0 ? `.${c}` : c)).join("");
        const other = `${dotted}+x@googlemail.com`;
        expect(mailboxOf(other)).toBe(mailboxOf(`${name}@gmail.com`));
        expect(spellingPrefixes(`${name}@gmail.com`).some((one) => other.startsWith(one))).toBe(
          true,
        );
      }),
    );
  });
});
