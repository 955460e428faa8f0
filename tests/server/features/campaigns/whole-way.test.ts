import { afterEach, expect, test } from "bun:test";
import { type SmtpSink, startSmtpSink } from "../../../support/smtp-sink.ts";
import { startWholeServer, type WholeServer } from "../../../support/whole-server.ts";

let whole: WholeServer;
let peer: SmtpSink | undefined;
afterEach(async () => {
  // First, because closing a sink waits for the connections that the server holds.
  await whole.close();
  await peer?.close();
  peer = undefined;
});

type Counts = Record<
  "total" | "pending" | "leased" | "deferred" | "held" | "sent" | "bounced" | "failed" | "skipped",
  number
>;
type Progress = { status: string; counts: Counts; bottleneck: { detail: string } | null };

async function newCampaign(change: Record<string, unknown> = {}): Promise<number> {
  const route = await whole.ask<{ id: number }>("POST", "/routes", { kind: "test_inbox" });
  const domain = await whole.raw("POST", "/domains", { name: "acme.test" });
  expect(domain.status).toBe(200);
  const sender = await whole.ask<{ id: number }>("POST", "/senders", {
    name: "Acme",
    email: "news@acme.test",
  });
  const campaign = await whole.ask<{ id: number }>("POST", "/campaigns", {
    name: "May",
    subject: "Hello {{ contact.first_name }}",
    senderId: sender.id,
    routeId: route.id,
    bodySource:
      '<p>Hi {{ contact.first_name }}</p><a href="https://shop.example/?for={{ contact.first_name }}">Shop</a>',
    audience: { everyone: true, includeLists: [], excludeLists: [] },
    ...change,
  });
  return campaign.id;
}

const untilStatus = (id: number, ...statuses: string[]) =>
  untilProgress(id, ({ status }) => statuses.includes(status));

/** The next progress event that matches; every event before it must add up. */
async function untilProgress(
  id: number,
  isWanted: (progress: Progress) => boolean,
): Promise<Progress> {
  const response = await whole.raw("GET", `/campaigns/${id}/progress`);
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const event = JSON.parse(text.slice(text.indexOf("data: ") + 6, end)) as Progress;
      text = text.slice(end + 2);
      const { total, ...parts } = event.counts;
      expect(Object.values(parts).reduce((sum, n) => sum + n, 0)).toBe(total);
      if (isWanted(event)) {
        return event;
      }
    }
  }
  throw new Error("the stream ended before that");
}

test("a draft created over the API arrives in everybody's test inbox, signed, once", async () => {
  whole = await startWholeServer(300);
  const id = await newCampaign();
  const preflight = await whole.ask<{ canSend: boolean; waterfall: { recipients: number } }>(
    "GET",
    `/campaigns/${id}/preflight`,
  );
  expect(preflight).toMatchObject({ canSend: true, waterfall: { recipients: 300 } });

  await whole.ask("POST", `/campaigns/${id}/launch`);
  const end = await untilStatus(id, "completed");

  expect(end.counts).toMatchObject({ total: 300, sent: 300 });
  const inbox = await whole.ask<{ items: { id: number; to: string; subject: string }[] }>(
    "GET",
    "/inbox?limit=200&q=person7@",
  );
  expect(inbox.items).toMatchObject([{ to: "person7@example.org", subject: "Hello Name7" }]);
  const mail = await whole.ask<{
    html: string;
    text: string;
    headers: { name: string; value: string }[];
  }>("GET", `/inbox/${inbox.items[0]?.id}`);
  const header = (name: string) =>
    mail.headers.find((found) => found.name.toLowerCase() === name)?.value;
  expect(mail.html).toContain("Hi Name7");
  expect(mail.html).toMatch(/https:\/\/mail\.example\.net\/c\/[\w-]+/);
  expect(header("dkim-signature")).toMatch(/d=acme\.test;\s*s=sm1;/);
  expect(header("list-unsubscribe")).toMatch(/^<https:\/\/mail\.example\.net\/u\/[\w-]+>/);
  const all = new Set<string>();
  let cursor: string | null = "";
  while (cursor !== null) {
    const page: { items: { to: string }[]; nextCursor: string | null } = await whole.ask(
      "GET",
      `/inbox?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`,
    );
    for (const item of page.items) {
      expect(all.has(item.to)).toBe(false);
      all.add(item.to);
    }
    cursor = page.nextCursor;
  }
  expect(all.size).toBe(300);
}, 30_000);

test("a click leads to the recipient's own link, and the report counts it", async () => {
  whole = await startWholeServer(3);
  const id = await newCampaign();
  await whole.ask("POST", `/campaigns/${id}/launch`);
  await untilStatus(id, "completed");
  const inbox = await whole.ask<{ items: { id: number }[] }>("GET", "/inbox?q=person2@");
  const mail = await whole.ask<{ html: string }>("GET", `/inbox/${inbox.items[0]?.id}`);
  const path = /https:\/\/mail\.example\.net(\/c\/[\w-]+)/.exec(mail.html)?.[1] ?? "";

  const click = await fetch(whole.server.url + path, { redirect: "manual" });

  expect(click.status).toBe(302);
  expect(click.headers.get("location")).toBe("https://shop.example/?for=Name2");
  type Links = { items: { url: string; human: unknown; machine: { total: number } }[] };
  const links = await pollFor(
    () => whole.ask<Links>("GET", `/campaigns/${id}/report/links`),
    ({ items }) => items[0]?.machine.total === 1,
  );
  // So soon after the message and by a program, this is not counted as a person.
  expect(links.items).toMatchObject([
    {
      url: "https://shop.example/?for={{ contact.first_name }}",
      human: { unique: 0, total: 0 },
      machine: { unique: 1, total: 1 },
    },
  ]);
}, 30_000);

async function pollFor<T>(read: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 100; tries++) {
    const value = await read();
    if (isThere(value)) {
      return value;
    }
    await Bun.sleep(50);
  }
  throw new Error("it did not come");
}

test("a slow campaign can be paused, changed in rate, resumed over a restart, and reaches everybody once", async () => {
  whole = await startWholeServer(120);
  const id = await newCampaign();
  const { items } = await whole.ask<{ items: { id: number }[] }>("GET", "/routes");
  const route = items[0]?.id;
  await whole.ask("PATCH", `/routes/${route}`, { maxPerSecond: 40, maxConnections: 2 });
  await whole.ask("POST", `/campaigns/${id}/launch`);
  await untilStatus(id, "sending");
  await Bun.sleep(700);

  await whole.ask("POST", `/campaigns/${id}/pause`, { reason: "typo" });
  const paused = await untilStatus(id, "paused");
  await Bun.sleep(300);
  const still = await untilStatus(id, "paused");
  expect(paused.counts.sent).toBeGreaterThan(0);
  expect(still.counts.sent).toBe(paused.counts.sent);
  expect(still.counts.pending).toBe(120 - paused.counts.sent);

  await whole.restart();
  expect((await untilStatus(id, "paused")).counts).toEqual(still.counts);
  await whole.ask("PATCH", `/routes/${route}`, { maxPerSecond: null });
  await whole.ask("POST", `/campaigns/${id}/resume`);
  expect((await untilStatus(id, "completed")).counts).toMatchObject({ sent: 120 });
  const { items: mails } = await whole.ask<{ items: { to: string }[] }>("GET", "/inbox?limit=200");
  expect(new Set(mails.map((mail) => mail.to)).size).toBe(120);
  expect(mails).toHaveLength(120);
}, 40_000);

test("a cancelled campaign ends with every message sent or skipped", async () => {
  whole = await startWholeServer(500);
  const id = await newCampaign();
  const { items } = await whole.ask<{ items: { id: number }[] }>("GET", "/routes");
  await whole.ask("PATCH", `/routes/${items[0]?.id}`, { maxPerSecond: 50, maxConnections: 2 });
  await whole.ask("POST", `/campaigns/${id}/launch`);
  await untilStatus(id, "sending");
  await Bun.sleep(600);

  await whole.ask("POST", `/campaigns/${id}/cancel`);
  const { counts } = await untilStatus(id, "cancelled");

  expect(counts.sent).toBeGreaterThan(0);
  expect(counts.sent + counts.skipped).toBe(500);
  const { items: mails } = await whole.ask<{ items: unknown[] }>("GET", "/inbox?limit=200");
  expect(mails).toHaveLength(counts.sent);
}, 30_000);

test("a campaign with an unreachable relay says why, loses nobody, and continues when the route is fixed", async () => {
  whole = await startWholeServer(40);
  peer = await startSmtpSink();
  const id = await newCampaign();
  const relay = await whole.ask<{ id: number }>("POST", "/routes", {
    name: "Gone",
    kind: "relay",
    host: "127.0.0.1",
    port: 1,
    security: "none",
  });
  await whole.ask("PATCH", `/campaigns/${id}`, { routeId: relay.id });
  await whole.ask("POST", `/campaigns/${id}/launch`);
  const stuck = await untilProgress(
    id,
    ({ bottleneck }) => bottleneck?.detail.includes("Gone") === true,
  );

  await whole.ask("PATCH", `/routes/${relay.id}`, { port: peer.port });
  const moving = await untilProgress(
    id,
    ({ counts }) => counts.sent > 0 && counts.pending + counts.leased === 0,
  );

  expect(stuck.bottleneck?.detail).toContain("connection refused");
  expect(stuck.status).toBe("sending");
  // Messages that were tried before have a time for their next attempt.
  expect(moving.counts.sent + moving.counts.deferred).toBe(40);
  expect(peer.messages).toHaveLength(moving.counts.sent);
}, 40_000);

test("a finished campaign that is deleted is gone, and its recipients can still unsubscribe", async () => {
  whole = await startWholeServer(2);
  const id = await newCampaign();
  await whole.ask("POST", `/campaigns/${id}/launch`);
  await untilStatus(id, "completed");
  const { items } = await whole.ask<{ items: { id: number; to: string }[] }>("GET", "/inbox");
  const { html } = await whole.ask<{ html: string }>("GET", `/inbox/${items[0]?.id}`);
  const link = new URL(/https?:\/\/[^"\s]+\/u\/[^"\s<]+/.exec(html)?.[0] ?? "");

  await whole.ask("DELETE", `/campaigns/${id}`);
  const answer = await fetch(`${whole.server.url}${link.pathname}`, {
    method: "POST",
    body: new URLSearchParams({ "List-Unsubscribe": "One-Click" }),
  });
  const suppressions = await pollFor(
    async () => (await whole.ask<{ items: { address: string }[] }>("GET", "/suppressions")).items,
    (found) => found.length > 0,
  );

  expect((await whole.raw("GET", `/campaigns/${id}`)).status).toBe(404);
  expect((await whole.raw("GET", `/campaigns/${id}/report`)).status).toBe(404);
  expect(await whole.ask("GET", "/dashboard")).toMatchObject({ recent: [] });
  expect(answer.status).toBe(200);
  expect(suppressions).toMatchObject([{ address: items[0]?.to }]);
}, 20_000);

test("a test message arrives, marked, and creates no campaign rows", async () => {
  whole = await startWholeServer(1);
  const id = await newCampaign();

  const { results } = await whole.ask<{ results: { accepted: boolean }[] }>(
    "POST",
    `/campaigns/${id}/test-send`,
    { to: ["me@example.com"] },
  );

  expect(results).toMatchObject([{ to: "me@example.com", accepted: true }]);
  const { items } = await whole.ask<{ items: { to: string; subject: string }[] }>("GET", "/inbox");
  expect(items).toMatchObject([{ to: "me@example.com", subject: "[Test] Hello Name1" }]);
  expect(await whole.ask("GET", `/campaigns/${id}`)).toMatchObject({
    status: "draft",
    recipientTotal: 0,
  });
}, 20_000);

test("a scheduled campaign is sent automatically, also when the server was down at its time", async () => {
  whole = await startWholeServer(5);
  const id = await newCampaign();
  const soon = new Date(Date.now() + 2_000).toISOString().slice(0, 19);
  await whole.ask("POST", `/campaigns/${id}/schedule`, { localTime: soon, timeZone: "UTC" });

  await whole.restart(2_200);

  expect((await untilStatus(id, "completed")).counts.sent).toBe(5);
}, 30_000);
