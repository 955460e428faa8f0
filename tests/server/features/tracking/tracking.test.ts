import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { Elysia } from "elysia";
import fc from "fast-check";
import {
  type CampaignContent,
  type Fact,
  loadTokenKeys,
  type TokenKeys,
  trackingToken,
  type UrlPurpose,
} from "../../../../server/delivery/index.ts";
import { applyBatch } from "../../../../server/delivery/ingest/batch.ts";
import { bounceRules, breakerRules } from "../../../../server/delivery/result/bounce-rules.ts";
import { classifyEngagement } from "../../../../server/delivery/stats/engagement-class.ts";
import { mergeContacts } from "../../../../server/features/contacts/contact-merge.ts";
import type { MissedEngagement, TrackingPort } from "../../../../server/features/ports.ts";
import { createMissedEngagement } from "../../../../server/features/tracking/missed.service.ts";
import { trackingRoutes } from "../../../../server/features/tracking/tracking.routes.ts";
import { clientAddresses } from "../../../../server/platform/http/client-address.ts";
import { createGuard } from "../../../../server/platform/http/guard.ts";
import { problems } from "../../../../server/platform/http/problem.ts";
import { JournalReader } from "../../../../server/platform/journal/reader.ts";
import { streamStart } from "../../../../server/platform/journal/segments.ts";
import { type Journal, openJournal } from "../../../../server/platform/journal/writer.ts";
import { loadKeyRing } from "../../../../server/platform/secrets.ts";
import {
  newTestApp,
  rendererWith,
  type TestApp,
  type TestWorkspace,
} from "../../../support/app.ts";

const NOW = 1_790_000_000_000;
const LINKS = [
  "https://shop.test/a?x=1&y=2",
  "https://shop.test/{{ contact.code }}",
  "{{ contact.site }}",
];
const HOSTILE_NAME = 'Evil"><script>alert(1)</script> & Sons';

let fixture: TestApp;
let workspace: TestWorkspace;
let journal: Journal;
let keys: TokenKeys;
let missed: MissedEngagement;
let handle: (path: string, init?: RequestInit) => Promise<Response>;

beforeEach(() => {
  fixture = newTestApp(() => NOW);
  workspace = fixture.newWorkspace(HOSTILE_NAME);
  const db = fixture.databases.workspace(workspace.id);
  db.exec(`
    INSERT INTO campaign (id, name, status, created_by, created_at, updated_at)
    VALUES (7, 'May', 'sending', 'u', 0, 0);
    INSERT INTO contact (id, email, address, domain, first_name, fields, created_at, updated_at)
    VALUES (30, 'Anna@example.org', 'anna@example.org', 'example.org', '<b>Anna</b>', '{"code":"x3","site":"javascript:alert(1)"}', 0, 0);
    INSERT INTO message (campaign_id, seq, contact_id, address) VALUES (7, 3, 30, 'anna@example.org');
  `);
  const content: CampaignContent = {
    subject: "May",
    preheader: "",
    fromName: "Shop",
    fromEmail: "news@shop.test",
    replyTo: "",
    html: `<h1>May, {{ contact.first_name }}</h1>${LINKS.map((url) => `<a href="${url}">x</a>`).join("")}
           <a href="{{ unsubscribe_url }}">Stop</a>`,
    text: "May",
    links: LINKS,
    trackOpens: true,
    trackClicks: true,
    workspace: { id: workspace.id, number: workspace.number, name: "Shop", postalAddress: "1 St" },
    publicUrl: "https://mail.shop.test",
    domain: "shop.test",
    name: "May",
    bounceDomain: "",
  };
  db.prepare("INSERT INTO campaign_content VALUES (7, ?)").run(JSON.stringify(content));
  for (const [index, url] of content.links.entries()) {
    db.prepare("INSERT INTO campaign_link VALUES (7, ?, ?)").run(index + 1, url);
  }
  const keyRing = loadKeyRing(fixture.dataDir);
  keys = loadTokenKeys(keyRing);
  journal = openJournal({ dir: join(fixture.dataDir, "local/journal/web") });
  missed = createMissedEngagement();
  const port: TrackingPort = {
    recordFact: (fact) => journal.append(JSON.stringify(fact)),
    resubscribed: () => undefined,
  };
  const clientAddress = clientAddresses(() => []);
  const guard = createGuard(
    {
      authenticate: async () => undefined,
      workspace: () => undefined,
      isSetUp: () => true,
      allowedOrigins: () => [],
    },
    fixture.databases,
    clientAddress,
  );
  const app = new Elysia().use(problems).use(
    trackingRoutes({
      databases: fixture.databases,
      keyRing,
      clock: () => NOW,
      clientAddress,
      guard,
      port,
      renderer: rendererWith(() => keys),
      missed,
    }),
  );
  handle = (path, init) => app.handle(new Request(`http://localhost${path}`, init));
});

afterEach(async () => {
  await journal.close();
  fixture.close();
});

type Overrides = { link?: number; contactId?: number; seq?: number };

/** A token of message 3 of campaign 7, without what the purpose does not need. */
function token(purpose: UrlPurpose, overrides: Overrides = {}): string {
  const message = { workspaceNumber: workspace.number, campaignId: 7, seq: 3 };
  return trackingToken(keys, purpose, { link: 0, contactId: undefined, ...message, ...overrides });
}

function facts(): Fact[] {
  const reader = new JournalReader({
    dir: join(fixture.dataDir, "local/journal/web"),
    from: streamStart,
  });
  const records = reader.next().map((record) => JSON.parse(record.payload) as Fact);
  reader.close();
  return records;
}

test("an open is in the journal before the pixel is sent", async () => {
  const response = await handle(`/o/${token("open")}`, {
    headers: { "user-agent": "Mail/1.0", "sec-purpose": "prefetch" },
  });

  expect(response.headers.get("content-type")).toBe("image/gif");
  expect(response.headers.get("cache-control")).toContain("no-store");
  expect(facts()).toEqual([
    { k: "open", w: workspace.id, c: 7, s: 3, at: NOW, ip: "", ua: "Mail/1.0", hint: "prefetch" },
  ]);
});

test("a click leads to the campaign's unchanged link, and is recorded with its number", async () => {
  const response = await handle(`/c/${token("click", { link: 1 })}`);

  expect(response.status).toBe(302);
  expect(response.headers.get("location")).toBe("https://shop.test/a?x=1&y=2");
  expect(facts()).toMatchObject([{ k: "click", c: 7, s: 3, link: 1 }]);
});

test("a link with Liquid is resolved for its recipient", async () => {
  const response = await handle(`/c/${token("click", { link: 2 })}`);

  expect(response.headers.get("location")).toBe("https://shop.test/x3");
});

test("nothing in a request can change where a click leads", async () => {
  const good = token("click", { link: 1 });
  const attempts = [
    `/c/${good}?url=https://evil.test&u=//evil.test`,
    `/c/${good}//evil.test`,
    `/c/${encodeURIComponent(`${good}\r\nlocation: https://evil.test`)}`,
    `/c/${token("click", { link: 3 })}`,
    `/c/${token("click", { link: 99 })}`,
    `/c/${token("open")}`,
    `/c/${token("unsubscribe")}`,
    "/c/aHR0cHM6Ly9ldmlsLnRlc3Q",
  ];

  for (const path of attempts) {
    const response = await handle(path);
    const location = response.headers.get("location");
    expect(location === null || location === LINKS[0]).toBe(true);
  }
});

test("a token changed anywhere is invalid", async () => {
  const good = token("click", { link: 1 });
  await fc.assert(
    fc.asyncProperty(
      fc.nat({ max: good.length - 1 }),
      fc.constantFrom(..."ABCxyz019-_"),
      async (at, char) => {
        const changed = good.slice(0, at) + char + good.slice(at + 1);
        fc.pre(changed !== good);
        expect((await handle(`/c/${changed}`)).status).toBe(404);
      },
    ),
    { numRuns: 60 },
  );
  expect(facts()).toEqual([]);
});

test("loading the unsubscribe page, as scanners do, changes nothing", async () => {
  const response = await handle(`/u/${token("unsubscribe")}`, {
    headers: { "accept-language": "de-AT,de;q=0.9,en;q=0.5" },
  });
  const html = await response.text();

  expect(response.status).toBe(200);
  expect(html).toContain("Abmelden");
  expect(html).toContain("a•••@example.org");
  expect(html).not.toContain("anna@");
  expect(facts()).toEqual([]);
});

test("one-click and the page's button unsubscribe at once, whatever the body's encoding", async () => {
  const form = new FormData();
  form.set("List-Unsubscribe", "One-Click");
  const bodies: RequestInit[] = [
    { body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }) },
    { body: form },
    {},
  ];

  for (const init of bodies) {
    const response = await handle(`/u/${token("unsubscribe")}`, { method: "POST", ...init });
    expect(response.status).toBe(200);
  }

  expect(facts()).toMatchObject([
    { k: "unsubscribe", w: workspace.id, c: 7, s: 3, via: "one_click" },
    { k: "unsubscribe", via: "one_click" },
    { k: "unsubscribe", via: "page" },
  ]);
});

test("the button in mail to a merged contact unsubscribes the one that was kept", async () => {
  const db = fixture.databases.workspace(workspace.id);
  db.exec(`
    INSERT INTO contact (id, email, address, domain, created_at, updated_at)
    VALUES (31, 'kept@example.org', 'kept@example.org', 'example.org', 0, 0);
    INSERT INTO list (id, name, name_key, created_at, updated_at) VALUES (1, 'News', 'news', 0, 0);
    INSERT INTO list_contact (list_id, contact_id, status, changed_at) VALUES (1, 31, 'subscribed', 0);
    UPDATE contact SET address = 'anna.new@example.org', fields = '{}' WHERE id = 30`);
  mergeContacts(db, { keep: 31, from: 30 }, { actorId: "test", now: NOW });

  const page = await handle(`/u/${token("unsubscribe", { contactId: 30 })}`);
  const done = await handle(`/u/${token("unsubscribe", { contactId: 30 })}`, { method: "POST" });

  expect(await page.text()).toContain("k•••@example.org");
  expect(await done.text()).toContain("You are unsubscribed");
  const said = facts();
  expect(said).toMatchObject([{ k: "unsubscribe", ct: 30, a: "kept@example.org", via: "page" }]);
  const items = said.map((fact) => ({ stream: "web", end: { segment: 1, offset: 1 }, fact }));
  const rules = { classify: classifyEngagement, bounces: bounceRules, breaker: breakerRules };
  applyBatch(db, items, rules, NOW);
  expect(db.prepare("SELECT address FROM suppression ORDER BY address").pluck().all()).toEqual([
    "anna.new@example.org",
    "anna@example.org",
    "kept@example.org",
  ]);
  expect(db.prepare("SELECT status FROM list_contact").pluck().all()).toEqual(["unsubscribed"]);
});

test("while the journal cannot be written, clicks and opens are answered, and counted as missed", async () => {
  await journal.close();

  const click = await handle(`/c/${token("click", { link: 1 })}`);
  const open = await handle(`/o/${token("open")}`);
  const view = await handle(`/v/${token("view")}`);

  expect(click.status).toBe(302);
  expect(click.headers.get("location")).toMatch(/^https:/);
  expect(open.headers.get("content-type")).toBe("image/gif");
  expect((await open.arrayBuffer()).byteLength).toBeGreaterThan(30);
  expect(view.status).toBe(200);
  expect(Object.fromEntries(missed.byKind())).toEqual({ open: 1, click: 1, view: 1 });
});

test("an unsubscribe that cannot be recorded is not reported as done", async () => {
  await journal.close();

  const response = await handle(`/u/${token("unsubscribe")}`, { method: "POST" });

  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("60");
  expect(await response.text()).toContain("nothing was changed");
});

test("the unsubscribe page has the workspace's branding, the person's language, and a link to the preferences", async () => {
  const db = fixture.databases.workspace(workspace.id);
  db.exec("UPDATE contact SET language = 'de-AT'");
  db.exec(`INSERT INTO public_look (id, name, logo_url, color, updated_at)
           VALUES (1, 'Acme <Books>', 'https://cdn.test/l.png', '#ff0000', 0)`);

  const response = await handle(`/u/${token("unsubscribe", { contactId: 30 })}`, {
    headers: { "accept-language": "en" },
  });
  const html = await response.text();

  expect(html).toContain('lang="de"');
  expect(html).toContain("<strong>Acme &lt;Books&gt;</strong>");
  expect(html).toContain('src="https://cdn.test/l.png"');
  expect(html).toContain("--accent:#ff0000");
  expect(html).toContain(`href="/p/${token("preferences", { contactId: 30 })}"`);
  expect(response.headers.get("content-security-policy")).toContain("form-action 'self'");
  const done = await handle(`/u/${token("unsubscribe", { contactId: 30 })}`, { method: "POST" });
  expect(await done.text()).toContain(`href="/p/${token("preferences", { contactId: 30 })}"`);
});

test("an erased person is told so, and only their no is recorded", async () => {
  const db = fixture.databases.workspace(workspace.id);
  db.exec("UPDATE message SET address = 'erased-4f2a'; DELETE FROM contact");

  for (const method of ["GET", "POST"]) {
    const response = await handle(`/u/${token("unsubscribe", { contactId: 30 })}`, {
      method,
      headers: { "user-agent": "Mail/1.0" },
    });
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain("erased your data");
    expect(html).not.toContain("4f2a");
  }
  expect(facts()).toEqual([
    { k: "unsubscribe", w: workspace.id, c: 7, s: 3, at: NOW, via: "page", ip: "", ua: "", ct: 30 },
  ]);
});

test("a workspace's name cannot become markup on a recipient's page", async () => {
  const html = await (await handle(`/u/${token("unsubscribe")}`)).text();

  expect(html).not.toContain("<script>");
  expect(html).toContain("&lt;script&gt;");
});

test("the web view is the recipient's own message, with their values escaped", async () => {
  const html = await (await handle(`/v/${token("view")}`)).text();

  expect(html).toContain("May, &lt;b&gt;Anna&lt;/b&gt;");
  expect(html).toContain("https://mail.shop.test/u/");
  expect(html).not.toContain("/o/");
});

test("the web view of an untracked recipient is anonymous: no name, and no view counted", async () => {
  const response = await handle(`/v/${token("view", { seq: 0 })}`);

  expect(response.status).toBe(200);
  expect(await response.text()).toContain("<h1>May, </h1>");
  expect(facts()).toEqual([]);
});

test("the web view may not run scripts or act as our origin", async () => {
  const response = await handle(`/v/${token("view")}`);
  const policy = response.headers.get("content-security-policy") ?? "";

  expect(policy).toContain("sandbox");
  expect(policy).not.toContain("allow-scripts");
  expect(policy).not.toContain("allow-same-origin");
  expect(policy).toContain("default-src 'none'");
  expect(facts()).toMatchObject([{ k: "view", s: 3 }]);
});

test("a token for a missing workspace or message gets a page that says what to do", async () => {
  const response = await handle(`/u/${token("unsubscribe", { seq: 999 })}`, { method: "POST" });

  expect(response.status).toBe(404);
  expect(await response.text()).toContain("Try the link in the message again");
  expect(facts()).toEqual([]);
});
