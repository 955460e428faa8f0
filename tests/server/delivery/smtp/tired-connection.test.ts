// Servers that end a connection early or refuse it for reasons that have nothing to do with the message.
import { afterEach, expect, test } from "bun:test";
import type { RoutePool, RoutePoolOptions } from "../../../../server/delivery/smtp/route-pool.ts";
import { ServerMemory } from "../../../../server/delivery/smtp/server-memory.ts";
import type { Route, SmtpOutcome } from "../../../../server/delivery/types.ts";
import type { HostilePeer } from "../../../support/hostile-smtp.ts";
import { renderedMessage } from "../../../support/smtp-messages.ts";
import { closePeers, hostile, pool as newPool } from "./peers.ts";

const journal = { beforeDot: () => Promise.resolve() };

/** A pool that holds at most one connection, unless the route says otherwise. */
const pool = (port: number, route: Partial<Route> = {}, options: RoutePoolOptions = {}) =>
  newPool(port, { maxConnections: 1, ...route }, options);

afterEach(closePeers);

type Rules = {
  /** The reply to a command, or none; `heard` is what this connection has heard so far. */
  answer: (verb: string, heard: string[]) => string | undefined;
  extensions?: string[];
};

/** A server that checks the command order as Postfix does, except for these rules; a 421 or 554 to RSET closes. */
async function serve(peer: HostilePeer, { answer, extensions = [] }: Rules): Promise<void> {
  await peer.welcome(...extensions);
  for (let line = await peer.line(); line !== ""; line = await peer.line()) {
    const verb = line.slice(0, 4).toUpperCase();
    const usual = verb === "DATA" ? "354 go on" : "250 2.0.0 ok";
    const reply = answer(verb, peer.heard) ?? usual;
    peer.say(reply);
    if (reply.startsWith("421") || (verb === "RSET" && reply.startsWith("5"))) {
      peer.close();
      return;
    }
    if (reply.startsWith("354")) {
      await peer.body();
      peer.say("250 2.0.0 queued");
    }
  }
}

const to = (n: number) => renderedMessage({ envelopeTo: `r${n}@reader.example` });
const verbs = ({ heard }: HostilePeer) => heard.map((line) => line.slice(0, 4).toUpperCase());

async function sendInTurn(route: RoutePool, count: number): Promise<SmtpOutcome[]> {
  const outcomes: SmtpOutcome[] = [];
  for (let n = 0; n < count; n += 1) {
    outcomes.push(await route.send(to(n), journal));
  }
  return outcomes;
}

for (const extensions of [[], ["PIPELINING"]]) {
  test(`a server that counts RSET and ends the connection costs no message (${extensions[0] ?? "one by one"})`, async () => {
    const server = await hostile((peer) =>
      serve(peer, {
        extensions,
        answer: (verb, heard) => {
          const resets = heard.filter((line) => line === "RSET").length;
          if (verb === "RCPT") {
            return "550 5.1.1 User unknown";
          }
          if (verb === "DATA") {
            return "503 5.5.1 no recipient";
          }
          return verb === "RSET" && resets > 3 ? "554 Too many nonmail commands" : undefined;
        },
      }),
    );
    const route = pool(server.port);

    const outcomes = await sendInTurn(route, 12);

    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ kind: "refused", stage: "rcpt", reply: { code: 550 } });
    }
    expect(server.peers.length).toBe(3);
  });
}

test("after a refused MAIL the next one follows without RSET", async () => {
  const server = await hostile((peer) =>
    serve(peer, { answer: (verb) => (verb === "MAIL" ? "550 5.7.1 not from you" : undefined) }),
  );

  const outcomes = await sendInTurn(pool(server.port), 3);

  expect(outcomes.map((outcome) => outcome.kind === "refused" && outcome.stage)).toEqual([
    "mail",
    "mail",
    "mail",
  ]);
  expect(server.peers.flatMap(verbs)).toEqual(["EHLO", "MAIL", "MAIL", "MAIL"]);
});

test("a server that treats this as a nested MAIL gets a new connection, and RSET from then on", async () => {
  let mails = 0;
  const server = await hostile((peer) =>
    serve(peer, {
      answer: (verb, heard) => {
        mails += verb === "MAIL" ? 1 : 0;
        const isNested = verb === "MAIL" && heard.at(-2)?.startsWith("MAIL") === true;
        return isNested
          ? "503 5.5.1 nested MAIL command"
          : verb === "MAIL" && mails % 2 === 1
            ? "451 4.3.0 later"
            : undefined;
      },
    }),
  );
  const route = pool(server.port, {}, { memory: new ServerMemory() });

  const outcomes = await sendInTurn(route, 4);

  expect(outcomes.every(({ kind }) => kind === "accepted" || kind === "refused")).toBe(true);
  expect(outcomes.some((outcome) => outcome.kind === "refused" && outcome.reply.code === 503)).toBe(
    false,
  );
  expect(server.peers.length).toBe(2);
  expect(verbs(server.peers[1] as HostilePeer)).toContain("RSET");
});

test.each([
  ["answers EHLO with 500 and closes", "500 5.5.1 what?"],
  ["answers EHLO with 502 and closes", "502 not here"],
  ["closes at EHLO without a word", undefined],
] as const)(
  "a server that %s is greeted with HELO, and from then on only with HELO",
  async (_what, reply) => {
    const server = await hostile(async (peer) => {
      peer.say("220 old.test");
      const hello = await peer.line();
      if (hello.startsWith("EHLO")) {
        if (reply !== undefined) {
          peer.say(reply);
        }
        peer.close();
        return;
      }
      peer.say("250 old.test");
      await peer.acceptEnvelope();
      await peer.body();
      peer.say("250 ok");
      await peer.line();
      peer.close();
    });
    const memory = new ServerMemory();

    for (let n = 0; n < 2; n += 1) {
      const route = pool(server.port, {}, { memory });
      expect((await route.send(to(n), journal)).kind).toBe("accepted");
      await route.close();
    }

    const hellos = server.peers.map(({ heard }) => heard[0]?.slice(0, 4));
    expect(hellos).toEqual(["EHLO", "HELO", "HELO"]);
  },
);

test("a relay that needs a sign-in is not greeted with HELO, because AUTH requires EHLO", async () => {
  const server = await hostile(async (peer) => {
    peer.say("220 relay.test");
    await peer.line();
    peer.close();
  });
  const route = pool(server.port, { username: "u", password: "p" });

  const outcome = await route.send(to(1), journal);

  expect(outcome).toMatchObject({ kind: "broken", stage: "ehlo", fault: "connection" });
  expect(server.peers.length).toBe(1);
});

test.each([
  ["at MAIL", "MAIL"],
  ["at RCPT", "RCPT"],
])(
  "a server that answers 421 %s on each new connection is tried ever more rarely, and used again when it recovers",
  async (_when, verb) => {
    let isBusy = true;
    const server = await hostile((peer) =>
      serve(peer, {
        answer: (asked) => (asked === verb && isBusy ? "421 4.7.0 try again later" : undefined),
      }),
    );
    const route = pool(server.port, { maxConnections: 20 });
    const outcomes: SmtpOutcome[] = [];
    const sending = Array.from({ length: 60 }, async (_, n) => {
      outcomes.push(await route.send(to(n), journal));
    });

    await Bun.sleep(1_000);
    const knocks = server.peers.length;
    const heard = outcomes.length;
    isBusy = false;
    await Promise.all(sending);

    // 40 ms, 80, 160, 320, 640: a few attempts, after those made before the first reply.
    expect(knocks).toBeLessThan(30);
    // Only messages that tried to connect get the failure.
    expect(heard).toBeLessThanOrEqual(knocks);
    expect(outcomes.filter(({ kind }) => kind === "accepted").length).toBe(60 - heard);
  },
  20_000,
);
