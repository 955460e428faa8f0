import { expect, test } from "bun:test";
import { RoutePool } from "../../../../server/delivery/smtp/route-pool.ts";
import type { SmtpOutcome } from "../../../../server/delivery/types.ts";
import { type HostilePeer, startHostileSmtp } from "../../../support/hostile-smtp.ts";
import { loopbackRoute, renderedMessage } from "../../../support/smtp-messages.ts";

/** mulberry32: the same seed gives the same server. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Messages for which the server got a dot, and to which it replied 250. */
type Ledger = { dotted: Set<string>; accepted: Set<string> };

type Answer = "agreed" | "refused" | "gone";

/** Mostly accepts; otherwise refuses, replies nonsense, or ends the connection in one of several ways. */
function answer(peer: HostilePeer, good: string, random: () => number): Answer {
  const dice = random();
  if (dice > 0.06) {
    peer.say(good);
    return "agreed";
  }
  if (dice > 0.03) {
    peer.say(dice > 0.045 ? "451 4.3.0 not now" : "550 5.0.0 never");
    return "refused";
  }
  if (dice > 0.02) {
    peer.reset();
  } else {
    peer.say(...(dice > 0.01 ? ["421 4.3.2 going down"] : dice > 0.005 ? ["what is this?"] : []));
    peer.close();
  }
  return "gone";
}

async function chaos(peer: HostilePeer, random: () => number, ledger: Ledger): Promise<void> {
  let reply = answer(peer, "220 chaos.test", random);
  // Set while RCPT was the last command and was accepted: only then does DATA open.
  let recipient: string | undefined;
  while (reply !== "gone") {
    const line = await peer.line();
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === "") {
      return;
    }
    if (verb === "DATA") {
      reply = await takeData(peer, recipient, random, ledger);
      recipient = undefined;
    } else {
      const good = verb === "EHLO" ? "250-chaos.test\r\n250 PIPELINING" : "250 ok";
      reply = answer(peer, good, random);
      const isAgreed = verb === "RCPT" && reply === "agreed";
      recipient = isAgreed ? /<(.*)>/.exec(line)?.[1] : undefined;
    }
  }
}

async function takeData(
  peer: HostilePeer,
  recipient: string | undefined,
  random: () => number,
  ledger: Ledger,
): Promise<Answer> {
  if (recipient === undefined) {
    peer.say("554 5.5.1 no valid recipients");
    return "refused";
  }
  peer.say("354 go on");
  if (!(await peer.body()).endsWith("\r\n.\r\n")) {
    return "gone";
  }
  ledger.dotted.add(recipient);
  if (random() < 0.1) {
    peer.close();
    return "gone";
  }
  const reply = answer(peer, "250 2.0.0 queued", random);
  if (reply === "agreed") {
    ledger.accepted.add(recipient);
  }
  return reply;
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
  // Every second time the next message starts in one write with the previous dot.
  const chainDot = seed % 2 === 0;
  test(`a server that fails at random (${seed}${chainDot ? ", dots chained" : ""}) gets no dot for a message reported as not sent`, async () => {
    const ledger: Ledger = { dotted: new Set(), accepted: new Set() };
    const { port, close } = await startHostileSmtp((peer, nth) =>
      chaos(peer, seeded(seed * 10_000 + nth), ledger),
    );
    const pool = new RoutePool(loopbackRoute(port, { maxConnections: 4, chainDot }), {
      backoffBaseMs: 1,
      random: () => 0,
      timeouts: { greetingMs: 3_000, heloMs: 3_000, mailMs: 3_000, rcptMs: 3_000, dotMs: 3_000 },
    });
    const outcomes = new Map<string, SmtpOutcome>();
    const journal = new Set<string>();

    await Promise.all(
      Array.from({ length: 300 }, async (_, n) => {
        const envelopeTo = `r${n}@reader.example`;
        const outcome = await pool.send(renderedMessage({ envelopeTo }), {
          beforeDot: async () => {
            // At most once, however the pool retries.
            expect(journal.has(envelopeTo)).toBe(false);
            journal.add(envelopeTo);
          },
        });
        outcomes.set(envelopeTo, outcome);
      }),
    );
    await pool.close();
    await close();

    expect(outcomes.size).toBe(300);
    for (const [to, outcome] of outcomes) {
      if (outcome.kind === "accepted") {
        expect(ledger.accepted.has(to)).toBe(true);
      } else if (outcome.kind === "refused" && outcome.stage === "dot") {
        expect(ledger.accepted.has(to)).toBe(false);
      } else if (outcome.kind !== "ambiguous") {
        expect(ledger.dotted.has(to)).toBe(false);
      }
    }
    // The journal knew of every dot before the server did.
    expect([...ledger.dotted].filter((to) => !journal.has(to))).toEqual([]);
    const kinds = new Set([...outcomes.values()].map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(["accepted", "ambiguous", "broken", "refused"]);
  }, 30_000);
}
