import { afterEach, expect, test } from "bun:test";
import { ServerMemory } from "../../../../server/delivery/smtp/server-memory.ts";
import type { HostilePeer } from "../../../support/hostile-smtp.ts";
import { renderedMessage } from "../../../support/smtp-messages.ts";
import { refusal } from "../../../support/smtp-sink.ts";
import { closePeers, hostile, pool, sink } from "./peers.ts";

const journal = { beforeDot: () => Promise.resolve() };
/** Keeps a connection busy long enough that others are opened. */
const slowJournal = { beforeDot: () => Bun.sleep(10) };

afterEach(closePeers);

/** Accepts messages on a connection until there are `count`. */
async function take(peer: HostilePeer, count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await peer.acceptEnvelope();
    await peer.body();
    peer.say("250 ok");
  }
}

test("many messages use no more connections than the route allows", async () => {
  const { port, messages, mostConnections } = await sink();
  const route = pool(port, { maxConnections: 4 });

  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      route.send(renderedMessage({ envelopeTo: `r${n}@reader.example` }), slowJournal),
    ),
  );

  expect(outcomes.every(({ kind }) => kind === "accepted")).toBe(true);
  expect(new Set(messages.map(({ to }) => to[0])).size).toBe(200);
  expect(mostConnections()).toBe(4);
});

test("a relay is one site, and the provider is the recipient's", () => {
  const route = pool(1, {}, { providerOf: (domain) => (domain === "web.de" ? "gmx" : "other") });

  expect(route.siteOf("web.de")).toEqual({ key: "127.0.0.1", name: "127.0.0.1", provider: "gmx" });
  expect(route.siteOf("a.example").provider).toBe("other");
});

test("a relay is reached from the route's or the chosen source address, under its name", async () => {
  const seen: unknown[] = [];
  const { port } = await sink({
    server: {
      onMailFrom: (_address, session, done) => {
        seen.push([session.remoteAddress, session.hostNameAppearsAs]);
        done();
      },
    },
  });
  const own = { address: "127.0.0.7", heloName: "out7.news.example", weight: 1 };
  const other = { address: "127.0.0.8", heloName: "", weight: 1 };
  const route = pool(port, { sources: [own], heloName: "news.example" });

  await route.send(renderedMessage(), journal);
  const target = { domain: "reader.example", site: route.siteOf("reader.example"), source: other };
  await route.send(renderedMessage(), { ...journal, target });

  expect(seen).toEqual([
    ["127.0.0.7", "out7.news.example"],
    ["127.0.0.8", "news.example"],
  ]);
  expect(route.status().open).toBe(2);
});

test("a connection is closed after the route's messages per connection", async () => {
  const { port, messages, connections, mostConnections } = await sink();
  const route = pool(port, { maxConnections: 1, maxPerConnection: 3 });

  for (let n = 0; n < 10; n += 1) {
    await route.send(renderedMessage(), journal);
  }

  expect(messages).toHaveLength(10);
  expect(connections()).toBe(4);
  expect(mostConnections()).toBe(1);
});

test("an idle connection is closed, and the next message opens a new one", async () => {
  const { port, connections } = await sink();
  const route = pool(port, {}, { idleCloseMs: 40 });

  await route.send(renderedMessage(), journal);
  expect(route.status().open).toBe(1);
  await Bun.sleep(150);
  expect(route.status().open).toBe(0);
  const outcome = await route.send(renderedMessage(), journal);

  expect(outcome.kind).toBe("accepted");
  expect(connections()).toBe(2);
});

test("a connection the server closed while idle costs no message", async () => {
  const { port, peers } = await hostile(async (peer) => {
    await peer.welcome("PIPELINING");
    await take(peer, 1);
    peer.say("421 4.4.2 idle for too long");
    peer.close();
  });
  const route = pool(port);

  expect((await route.send(renderedMessage(), journal)).kind).toBe("accepted");
  await Bun.sleep(20);
  expect((await route.send(renderedMessage(), journal)).kind).toBe("accepted");
  expect(peers).toHaveLength(2);
});

test("a reused connection lost before the sender was accepted is replaced silently", async () => {
  let dots = 0;
  const { port } = await hostile(async (peer, nth) => {
    await peer.welcome("PIPELINING");
    await take(peer, 1);
    if (nth === 0) {
      await peer.line();
      peer.reset();
      return;
    }
    await take(peer, 1);
  });
  const route = pool(port, { maxConnections: 1 });
  const counted = {
    beforeDot: async () => {
      dots += 1;
    },
  };

  await route.send(renderedMessage(), counted);
  const second = await route.send(renderedMessage(), counted);

  expect(second.kind).toBe("accepted");
  expect(dots).toBe(2);
});

test("a server that ends each connection after k messages gets k per connection from then on", async () => {
  const { port, peers } = await hostile(async (peer) => {
    await peer.welcome("PIPELINING");
    await take(peer, 3);
    const next = await peer.line();
    if (next.startsWith("MAIL")) {
      peer.say("421 4.7.0 too many messages on this connection");
    } else {
      peer.say("221 bye");
    }
    peer.close();
  });
  const memory = new ServerMemory();
  const route = pool(port, { maxConnections: 1 }, { memory });

  for (let n = 0; n < 12; n += 1) {
    expect((await route.send(renderedMessage(), journal)).kind).toBe("accepted");
  }

  expect(memory.messagesPerConnection(`127.0.0.1:${port}`, Date.now())).toBe(3);
  expect(peers).toHaveLength(4);
  // The first connection hears a fourth MAIL; the others hear QUIT.
  await Bun.sleep(20);
  expect(peers.map(({ heard }) => heard.at(-1)?.slice(0, 4))).toEqual([
    "MAIL",
    "QUIT",
    "QUIT",
    "QUIT",
  ]);
});

test("a server that wrongly offers PIPELINING is detected once, and no message is lost", async () => {
  const { port, peers } = await hostile(async (peer, nth) => {
    await peer.welcome("PIPELINING");
    if (nth === 0) {
      await peer.until("DATA\r\n");
      peer.say(
        "250 ok",
        "503 5.5.1 bad sequence of commands",
        "503 5.5.1 bad sequence of commands",
      );
      await peer.closed();
      return;
    }
    await take(peer, 5);
  });
  const memory = new ServerMemory();
  const route = pool(port, { maxConnections: 1 }, { memory });

  expect((await route.send(renderedMessage(), journal)).kind).toBe("accepted");
  expect((await route.send(renderedMessage(), journal)).kind).toBe("accepted");

  expect(memory.mayPipeline(`127.0.0.1:${port}`, Date.now())).toBe(false);
  expect(peers).toHaveLength(2);
});

test("while a route is down one message learns of each attempt and the others wait", async () => {
  const { port, peers } = await hostile(async (peer, nth) => {
    if (nth < 2) {
      peer.say("554 5.7.1 go away");
      await peer.closed();
      return;
    }
    await peer.welcome("PIPELINING");
    await take(peer, 100);
  });
  const route = pool(port, { maxConnections: 4 });

  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () => route.send(renderedMessage(), journal)),
  );

  const refused = outcomes.filter(({ kind }) => kind === "refused");
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatchObject({ stage: "greeting", reply: { code: 554 } });
  expect(outcomes.filter(({ kind }) => kind === "accepted")).toHaveLength(18);
  expect(peers.length).toBeLessThanOrEqual(6);
  expect(route.status()).toMatchObject({ lastError: "", retryAt: undefined });
});

test("a route that is down says since when and why, and retries with growing pauses", async () => {
  const { port, peers } = await hostile(async (peer) => {
    peer.say("421 4.7.0 busy");
    await peer.closed();
  });
  const route = pool(port, {}, { random: () => 0.5 });
  const started = Date.now();

  await Promise.all([1, 2, 3].map(() => route.send(renderedMessage(), journal)));

  // Attempts at 0, 40 and 40 + 80 ms.
  expect(Date.now() - started).toBeGreaterThanOrEqual(110);
  expect(peers).toHaveLength(3);
  expect(route.status().lastError).toContain("421 4.7.0 busy");
  expect(route.status().retryAt).toBeGreaterThan(Date.now());
});

test("a server that accepts only two connections gets two, and every message arrives", async () => {
  let open = 0;
  let most = 0;
  const { port } = await hostile(async (peer) => {
    if (open >= 2) {
      peer.say("421 4.7.0 too many connections from you");
      peer.close();
      return;
    }
    open += 1;
    most = Math.max(most, open);
    await peer.welcome("PIPELINING");
    await take(peer, 100);
  });
  const route = pool(port, { maxConnections: 6 });

  const outcomes = await Promise.all(
    Array.from({ length: 60 }, () => route.send(renderedMessage(), journal)),
  );

  expect(outcomes.map(({ kind }) => kind)).toEqual(Array.from({ length: 60 }, () => "accepted"));
  expect(most).toBe(2);
  expect(route.status().limit).toBe(2);
});

test("an abort cancels messages that wait for a connection", async () => {
  const abort = new AbortController();
  const { port } = await hostile(async (peer) => {
    await peer.closed();
  });
  const route = pool(port, { maxConnections: 1 });
  const waiting = [1, 2, 3].map(() =>
    route.send(renderedMessage(), { ...journal, signal: abort.signal }),
  );

  await Bun.sleep(20);
  abort.abort();

  expect(await Promise.all(waiting)).toEqual([1, 2, 3].map(() => ({ kind: "abandoned" })));
  expect(route.status().waiting).toBe(0);
});

test("close lets the message in flight finish and cancels the waiting ones", async () => {
  const { port } = await hostile(async (peer) => {
    await peer.welcome();
    await peer.acceptEnvelope();
    await peer.body();
    await Bun.sleep(80);
    peer.say("250 ok");
    await peer.line();
    peer.say("221 bye");
    peer.close();
  });
  const route = pool(port, { maxConnections: 1 });
  const first = route.send(renderedMessage(), journal);
  await Bun.sleep(40);
  const second = route.send(renderedMessage(), journal);

  await route.close();

  expect((await first).kind).toBe("accepted");
  expect(await second).toEqual({ kind: "abandoned" });
  expect(await route.send(renderedMessage(), journal)).toEqual({ kind: "abandoned" });
  expect(route.status().open).toBe(0);
});

test("close does not wait for a server that never greets", async () => {
  const { port } = await hostile(async (peer) => await peer.closed());
  const route = pool(port);
  const sent = route.send(renderedMessage(), journal);
  await Bun.sleep(20);

  await route.close();

  expect((await sent).kind).toBe("abandoned");
});

test("refused recipients do not cost a connection", async () => {
  const { port, connections } = await sink({
    refuseRecipient: (to) => (to.startsWith("no") ? refusal(550, "5.1.1 unknown") : undefined),
  });
  const route = pool(port, { maxConnections: 2 });

  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, n) =>
      route.send(
        renderedMessage({ envelopeTo: `${n % 2 === 0 ? "no" : "yes"}${n}@x.example` }),
        slowJournal,
      ),
    ),
  );

  expect(outcomes.filter(({ kind }) => kind === "refused")).toHaveLength(20);
  expect(outcomes.filter(({ kind }) => kind === "accepted")).toHaveLength(20);
  expect(connections()).toBe(2);
});

test("a connection greeted after its message is gone is closed at once while others wait for a greeting", async () => {
  const memory = new ServerMemory();
  const allSent = Promise.withResolvers<void>();
  const next = Promise.withResolvers<string>();
  const { port } = await hostile(async (peer, nth) => {
    if (nth === 0) {
      await peer.welcome();
      await take(peer, 3);
      await peer.line();
      peer.close();
      return;
    }
    memory.greetingIsSlow(`127.0.0.1:${port}`, Date.now());
    await allSent.promise;
    await peer.welcome();
    next.resolve(await peer.line());
    peer.close();
  });
  const route = pool(port, { maxConnections: 2 }, { memory, clock: Date.now });
  await route.send(renderedMessage(), journal);

  await Promise.all([1, 2].map(() => route.send(renderedMessage(), slowJournal)));
  allSent.resolve();

  expect(await next.promise).toBe("QUIT");
});
