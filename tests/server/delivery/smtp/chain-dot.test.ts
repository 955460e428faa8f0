import { afterEach, expect, test } from "bun:test";
import type { RoutePool } from "../../../../server/delivery/smtp/route-pool.ts";
import type { Route } from "../../../../server/delivery/types.ts";
import type { HostilePeer } from "../../../support/hostile-smtp.ts";
import { renderedMessage } from "../../../support/smtp-messages.ts";
import { closePeers, hostile, pool as newPool, sink } from "./peers.ts";

const journal = { beforeDot: () => Promise.resolve() };

afterEach(closePeers);

async function pool(
  script: (peer: HostilePeer, nth: number) => Promise<void>,
  route: Partial<Route> = {},
): Promise<RoutePool> {
  const { port } = await hostile(script);
  return newPool(
    port,
    { maxConnections: 1, chainDot: true, ...route },
    { backoffBaseMs: 20, timeouts: { quitMs: 50 } },
  );
}

function to(name: string, changes = {}) {
  return renderedMessage({ envelopeTo: `${name}@reader.example`, ...changes });
}

/** Takes the envelope and body of one message, and does not reply to its dot. */
async function takeUpToDot(peer: HostilePeer): Promise<void> {
  await peer.acceptEnvelope();
  await peer.body();
}

test("the next message starts in one write with the previous dot", async () => {
  let behindDot = "";
  const route = await pool(async (peer) => {
    await peer.welcome("PIPELINING");
    await takeUpToDot(peer);
    behindDot = peer.unread;
    peer.say("250 first");
    await takeUpToDot(peer);
    peer.say("250 second");
  });

  const outcomes = await Promise.all([route.send(to("a"), journal), route.send(to("b"), journal)]);

  expect(behindDot).toMatch(/^MAIL FROM:.*\r\nRCPT TO:<b@reader\.example>\r\nDATA\r\n$/);
  expect(outcomes.map((outcome) => outcome.kind === "accepted" && outcome.reply.text)).toEqual([
    "first",
    "second",
  ]);
});

test("nothing is chained on a route that is not flagged, nor to a server without PIPELINING", async () => {
  for (const [offers, chainDot] of [
    [["PIPELINING"], false],
    [[], true],
  ] as const) {
    const behind: string[] = [];
    const route = await pool(
      async (peer) => {
        await peer.welcome(...offers);
        for (let n = 0; n < 2; n += 1) {
          await takeUpToDot(peer);
          behind.push(peer.unread);
          peer.say("250 ok");
        }
      },
      { chainDot },
    );

    await Promise.all([route.send(to("a"), journal), route.send(to("b"), journal)]);

    expect(behind).toEqual(["", ""]);
  }
});

test("when the connection ends at the dot, the next message was never sent and uses another connection", async () => {
  const bodies: string[] = [];
  const dots: string[] = [];
  const route = await pool(async (peer, nth) => {
    await peer.welcome("PIPELINING");
    await peer.acceptEnvelope();
    bodies.push(await peer.body());
    if (nth === 0) {
      peer.close();
      return;
    }
    peer.say("250 ok");
  });
  const send = (name: string) =>
    route.send(to(name, { body: `I am ${name}.\r\n` }), {
      beforeDot: async () => void dots.push(name),
    });

  const [first, second] = await Promise.all([send("a"), send("b")]);

  expect(first?.kind).toBe("ambiguous");
  expect(second?.kind).toBe("accepted");
  expect(dots).toEqual(["a", "b"]);
  expect(bodies.filter((body) => body.includes("I am b."))).toHaveLength(1);
});

test("421 in reply to the dot refuses only that message", async () => {
  const route = await pool(async (peer, nth) => {
    await peer.welcome("PIPELINING");
    await takeUpToDot(peer);
    peer.say(nth === 0 ? "421 4.3.2 going down" : "250 ok");
    if (nth === 0) {
      peer.close();
    }
  });

  const [first, second] = await Promise.all([
    route.send(to("a"), journal),
    route.send(to("b"), journal),
  ]);

  expect(first).toMatchObject({ kind: "refused", stage: "dot", reply: { code: 421 } });
  expect(second?.kind).toBe("accepted");
});

test("a message refused at its dot does not affect the next one", async () => {
  const route = await pool(async (peer) => {
    await peer.welcome("PIPELINING");
    await takeUpToDot(peer);
    peer.say("554 5.7.1 spam");
    await takeUpToDot(peer);
    peer.say("250 ok");
  });

  const [first, second] = await Promise.all([
    route.send(to("a"), journal),
    route.send(to("b"), journal),
  ]);

  expect(first).toMatchObject({ kind: "refused", stage: "dot", reply: { code: 554 } });
  expect(second?.kind).toBe("accepted");
});

test("a message cancelled after it began gets no dot, and the previous one keeps its reply", async () => {
  let rest = "not seen";
  const answered = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const route = await pool(async (peer, nth) => {
    await peer.welcome("PIPELINING");
    await takeUpToDot(peer);
    if (nth > 0) {
      peer.say("250 ok");
      return;
    }
    begun.resolve();
    await answered.promise;
    peer.say("250 first", "250 ok", "250 ok", "354 go on");
    await peer.closed();
    rest = peer.unread;
  });
  const pause = new AbortController();

  const first = route.send(to("a"), journal);
  const second = route.send(to("b"), { ...journal, signal: pause.signal });
  await begun.promise;
  pause.abort();
  expect((await second).kind).toBe("abandoned");
  answered.resolve();
  expect((await first).kind).toBe("accepted");
  expect((await route.send(to("c"), journal)).kind).toBe("accepted");

  expect(rest).toMatch(/^MAIL FROM:.*\r\nRCPT TO:<b@reader\.example>\r\nDATA\r\n$/);
});

test("close lets the message in flight finish and cancels the one that has begun", async () => {
  const begun = Promise.withResolvers<HostilePeer>();
  const route = await pool(async (peer) => {
    await peer.welcome("PIPELINING");
    await takeUpToDot(peer);
    begun.resolve(peer);
  });

  const sends = [route.send(to("a"), journal), route.send(to("b"), journal)];
  const peer = await begun.promise;
  const closing = route.close();
  peer.say("250 first");
  await closing;

  expect((await Promise.all(sends)).map(({ kind }) => kind)).toEqual(["accepted", "abandoned"]);
  expect(peer.unread).not.toContain("QUIT");
});

test("a message that this server cannot accept is not chained", async () => {
  const route = await pool(async (peer) => {
    await peer.welcome("PIPELINING");
    await takeUpToDot(peer);
    expect(peer.unread).toBe("");
    peer.say("250 ok");
  });

  const [first, second] = await Promise.all([
    route.send(to("a"), journal),
    route.send(to("ä", { needsSmtpUtf8: true }), journal),
  ]);

  expect(first?.kind).toBe("accepted");
  expect(second).toMatchObject({ kind: "broken", fault: "unsupported" });
});

test("chained or not, a real server gets every message once, and no more per connection than allowed", async () => {
  const server = await sink();
  const route = { maxConnections: 3, maxPerConnection: 40, chainDot: true };
  const made = newPool(server.port, route);

  const outcomes = await Promise.all(
    Array.from({ length: 300 }, (_, n) =>
      made.send(to(`r${n}`, { body: `..number ${n}\r\n` }), journal),
    ),
  );

  expect(outcomes.every(({ kind }) => kind === "accepted")).toBe(true);
  expect(new Set(server.messages.map(({ to: [address] }) => address)).size).toBe(300);
  expect(server.messages).toHaveLength(300);
  const perSession = Map.groupBy(server.messages, ({ sessionId }) => sessionId);
  expect(Math.max(...[...perSession.values()].map((all) => all.length))).toBe(40);
});
