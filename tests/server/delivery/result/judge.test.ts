import { expect, test } from "bun:test";
import fc from "fast-check";
import { type JudgeContext, judge } from "../../../../server/delivery/result/judge.ts";
import {
  bulkSchedule,
  nextTry,
  retryHint,
  transactionalSchedule,
} from "../../../../server/delivery/result/retry.ts";
import type { SmtpFault, SmtpStage } from "../../../../server/delivery/types.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const now = 1_700_000_000_000;
const host = "mx.reader.example";

function context(changes: Partial<JudgeContext> = {}): JudgeContext {
  return { now, attempts: 0, firstTriedAt: now, random: 0.5, ...changes };
}

function refused(stage: SmtpStage, code: number, enhanced: string, text: string) {
  return { kind: "refused", stage, reply: { code, enhanced, text }, host, durationMs: 1 } as const;
}

function broken(stage: SmtpStage, fault: SmtpFault, error = "it broke") {
  return { kind: "broken", stage, fault, error, host, durationMs: 1 } as const;
}

test("an unknown mailbox bounces and is suppressed, at RCPT and after the dot", () => {
  for (const stage of ["rcpt", "dot"] as const) {
    expect(judge(refused(stage, 550, "5.1.1", "User unknown"), context())).toEqual({
      state: "bounced",
      category: "invalid_mailbox",
      countsAsAttempt: true,
      pushback: false,
      suppress: "hard_bounce",
    });
  }
});

test("recently failed servers cost no attempt: the message is deferred, without slowing down", () => {
  const untried = { ...broken("connect", "connection"), retryAt: now + 15 * MINUTE };

  const verdict = judge(untried, context({ attempts: 3 }));

  expect(verdict).toMatchObject({ state: "deferred", countsAsAttempt: false, pushback: false });
  expect(verdict.dueAt).toBeWithin(now + 15 * MINUTE, now + 20 * MINUTE);
});

test("no refusal before RCPT suppresses an address or fails the message", () => {
  for (const stage of ["greeting", "ehlo", "auth", "mail"] as const) {
    for (const code of [500, 530, 535, 550, 551, 553, 554, 556]) {
      for (const text of ["User unknown", "no such user", "mailbox disabled", "go away", ""]) {
        const verdict = judge(refused(stage, code, "", text), context());
        expect(verdict.suppress).toBeUndefined();
        expect(verdict.state).toBe("deferred");
      }
    }
  }
});

test("an address is never suppressed for a temporary refusal, a full mailbox or our reputation", () => {
  for (const outcome of [
    refused("rcpt", 450, "4.1.1", "User unknown"),
    refused("rcpt", 450, "5.1.1", "User unknown"),
    refused("rcpt", 552, "5.2.2", "Mailbox full"),
    refused("rcpt", 550, "5.2.1", "Account disabled"),
    refused("rcpt", 550, "", "mailbox unavailable"),
    refused("rcpt", 554, "5.7.1", "blocked using zen.spamhaus.org"),
    refused("dot", 554, "5.7.1", "spam"),
    refused("rcpt", 554, "5.7.1", "Relay access denied"),
  ]) {
    expect(judge(outcome, context({ attempts: 9 })).suppress).toBeUndefined();
  }
});

test("the basic code decides about retries when the enhanced code disagrees", () => {
  expect(judge(refused("rcpt", 450, "5.2.2", "Mailbox full"), context())).toMatchObject({
    state: "deferred",
    category: "mailbox_full",
  });
  expect(judge(refused("rcpt", 552, "4.2.2", "Mailbox full"), context())).toMatchObject({
    state: "bounced",
    category: "mailbox_full",
  });
});

test("throttling slows us down and costs no attempt", () => {
  for (const outcome of [
    refused("mail", 421, "4.7.0", "Too many connections"),
    refused("dot", 454, "", "Throttling failure: Maximum sending rate exceeded."),
    refused("greeting", 421, "", "busy"),
  ]) {
    const verdict = judge(outcome, context({ attempts: 7 }));
    expect(verdict).toMatchObject({ state: "deferred", countsAsAttempt: false, pushback: true });
    expect((verdict.dueAt ?? 0) - now).toBeWithin(2 * MINUTE, 6 * MINUTE);
  }
});

test("greylisting and replies about one mailbox do not slow the route down", () => {
  for (const outcome of [
    refused("rcpt", 451, "4.7.1", "Greylisted"),
    refused("rcpt", 452, "4.2.2", "Mailbox full"),
    refused("rcpt", 450, "4.2.1", "The user is receiving mail too quickly"),
  ]) {
    expect(judge(outcome, context())).toMatchObject({
      state: "deferred",
      countsAsAttempt: true,
      pushback: false,
    });
  }
});

test("a rejected route is named as the fault, and the message is kept", () => {
  expect(
    judge(refused("auth", 535, "5.7.8", "Username and Password not accepted"), context()),
  ).toMatchObject({
    state: "deferred",
    category: "relay_denied",
    countsAsAttempt: false,
    // Its campaign is paused; after the resume the message is sent at once.
    dueAt: context().now,
    routeFault: "535 5.7.8 Username and Password not accepted",
  });
  expect(judge(broken("auth", "config", "no AUTH"), context()).routeFault).toBe("no AUTH");
  expect(judge(refused("auth", 454, "4.7.0", "try later"), context()).routeFault).toBeUndefined();
});

test("TLS that fails, or is not offered now, is retried like a server that is down", () => {
  for (const outcome of [
    broken("starttls", "tls", "the certificate of relay.example has expired"),
    broken("starttls", "config", "the server does not offer STARTTLS on this port"),
    refused("starttls", 502, "5.5.1", "not now"),
    refused("starttls", 454, "4.7.0", "TLS not available due to local problem"),
  ]) {
    const verdict = judge(outcome, context());
    expect(verdict).toMatchObject({ state: "deferred" });
    expect(verdict.routeFault).toBeUndefined();
  }
});

test.each([
  ["mail", 550, "5.7.1", "Sender rejected by local list", "sender"],
  ["mail", 550, "5.1.0", "Sender refused", "sender"],
  ["mail", 553, "5.1.8", "Sender address rejected: Domain not found", "sender"],
  ["mail", 553, "5.1.8", "no", "sender"],
  ["mail", 550, "5.7.1", "Absender abgelehnt", "sender"],
  ["mail", 554, "", "no", "route"],
  ["mail", 550, "5.7.1", "Helo command rejected: Host not found", "route"],
  ["mail", 554, "5.7.1", "Sender host rejected: you are not allowed", "route"],
  ["rcpt", 554, "5.7.1", "Relay access denied", "route"],
] as const)(
  "%s refused with %i %s %s concerns one recipient's server, and the route when a relay replies so",
  (stage, code, enhanced, text, refuses) => {
    const outcome = refused(stage, code, enhanced, text);
    const words = [code, enhanced, text].filter((word) => word !== "").join(" ");

    const direct = judge(outcome, context({ isRelay: false }));
    expect(direct).toMatchObject({
      state: "deferred",
      siteRefusal: { words, refuses },
      countsAsAttempt: true,
    });
    expect(direct.routeFault).toBeUndefined();
    expect(direct.dueAt).toBeGreaterThan(context().now);
    expect(judge(outcome, context({ isRelay: true }))).toMatchObject({
      state: "deferred",
      routeFault: words,
    });
  },
);

test("a server that refuses the sender at RCPT ends that message, and other messages avoid it", () => {
  const outcome = refused(
    "rcpt",
    550,
    "5.1.8",
    "<bounce@news.example>: Sender address rejected: Domain not found",
  );
  const words = "550 5.1.8 <bounce@news.example>: Sender address rejected: Domain not found";

  const works = context({ isRelay: false, routeWorks: true });
  expect(judge(outcome, works)).toMatchObject({
    state: "failed",
    category: "sender_refused",
    siteRefusal: { words, refuses: "sender" },
  });
  expect(judge(outcome, works).suppress).toBeUndefined();
  expect(judge(outcome, context({ isRelay: false }))).toMatchObject({
    state: "deferred",
    siteRefusal: { words, refuses: "sender" },
  });
  expect(judge(outcome, context({ isRelay: true }))).toMatchObject({ routeFault: words });
  expect(judge(outcome, context({ isRelay: true, routeWorks: true }))).toMatchObject({
    state: "failed",
  });
});

test("a refusal by one domain's relay does not stop a route that works for others", () => {
  const denied = refused("rcpt", 554, "5.7.1", "Relay access denied");

  expect(judge(denied, context()).routeFault).toBe("554 5.7.1 Relay access denied");
  expect(judge(denied, context({ routeWorks: true }))).toMatchObject({
    state: "failed",
    category: "relay_denied",
  });
});

test("a block list refusal is retried twice, then fails without blaming the recipient", () => {
  const blocked = refused("rcpt", 554, "5.7.1", "Client host blocked using zen.spamhaus.org");
  const states = [0, 1, 2].map((attempts) => judge(blocked, context({ attempts })).state);

  expect(states).toEqual(["deferred", "deferred", "failed"]);
});

test("a broken connection is retried; a message that no server accepts is not", () => {
  expect(judge(broken("mail", "connection"), context())).toMatchObject({
    state: "deferred",
    category: "net",
    pushback: false,
  });
  expect(judge(broken("connect", "connection"), context()).pushback).toBe(true);
  expect(judge(broken("mail", "too_large"), context())).toMatchObject({
    state: "failed",
    category: "msg_too_large",
  });
  expect(judge(broken("mail", "unsupported"), context()).state).toBe("failed");
});

test("an ambiguous message is sent again once, then held; or as the workspace chooses", () => {
  const ambiguous = { kind: "ambiguous", error: "lost", host, durationMs: 1 } as const;

  expect(judge(ambiguous, context())).toMatchObject({ state: "deferred", category: "ambiguous" });
  expect(judge(ambiguous, context({ ambiguousBefore: 1 })).state).toBe("held");
  expect(judge(ambiguous, context({ onAmbiguous: "hold" })).state).toBe("held");
  expect(judge(ambiguous, context({ onAmbiguous: "assume_sent" })).state).toBe("sent");
});

test("retries follow the schedule with a fifth of jitter, on whole minutes", () => {
  const tempfail = refused("dot", 451, "4.3.0", "queue file write error");
  for (const [attempts, minutes] of bulkSchedule.minutes.entries()) {
    for (const [random, share] of [
      [0, 0.8],
      [0.5, 1],
      [0.999, 1.2],
    ] as const) {
      const { dueAt = 0 } = judge(tempfail, context({ attempts, random }));
      expect(dueAt % MINUTE).toBe(0);
      expect(dueAt - now).toBeWithin(
        minutes * share * MINUTE - 1,
        minutes * share * MINUTE + MINUTE,
      );
    }
  }
});

test("a message is tried once more when its time is up, and expires after that", () => {
  const tempfail = refused("dot", 451, "4.3.0", "later");
  const late = context({ firstTriedAt: now - 47 * HOUR, attempts: 12 });
  const last = judge(tempfail, late);

  expect((last.dueAt ?? 0) - now).toBeWithin(HOUR, HOUR + MINUTE + 1);
  expect(judge(tempfail, context({ firstTriedAt: now - 48 * HOUR, attempts: 13 }))).toMatchObject({
    state: "failed",
    category: "expired",
  });
  expect(
    judge(refused("mail", 421, "", "busy"), context({ firstTriedAt: now - 48 * HOUR })),
  ).toMatchObject({ state: "failed", category: "expired" });
});

test("mail that somebody waits for is retried sooner and fails sooner", () => {
  const tempfail = refused("dot", 451, "4.3.0", "later");
  const soon = context({ schedule: transactionalSchedule });

  expect((judge(tempfail, soon).dueAt ?? 0) - now).toBeWithin(MINUTE, 2 * MINUTE + 1);
  expect(judge(tempfail, { ...soon, firstTriedAt: now - 24 * HOUR }).category).toBe("expired");
});

test("a server's requested delay is recognized in several phrasings", () => {
  const cases: [string, number | undefined][] = [
    ["Greylisted, please try again in 300 seconds", 300_000],
    ["try again in 5 minutes", 5 * MINUTE],
    ["Please retry after 2 hours", 2 * HOUR],
    ["greylisted for 180s", 180_000],
    ["Bitte in 10 Minuten erneut versuchen", 10 * MINUTE],
    ["Versuchen Sie es in 2 Stunden", 2 * HOUR],
    ["wait at least 15 min", 15 * MINUTE],
    ["User unknown", undefined],
    ["blocked after 3 spam messages", undefined],
    ["limit of 50 in queue", undefined],
  ];
  for (const [text, expected] of cases) {
    expect(retryHint(text)).toBe(expected);
  }
});

test("a server's requested delay is a lower bound, and an absurd one is limited", () => {
  const greylisted = (text: string) =>
    (judge(refused("rcpt", 451, "4.7.1", text), context({ random: 0 })).dueAt ?? 0) - now;

  expect(greylisted("Greylisted, try again in 20 minutes")).toBeWithin(
    20 * MINUTE,
    21 * MINUTE + 1,
  );
  expect(greylisted("Greylisted, try again in 900 hours")).toBeWithin(4 * HOUR, 4 * HOUR + MINUTE);
});

test("the next attempt is always in the future, on a whole minute, within the maximum age", () => {
  fc.assert(
    fc.property(
      fc.record({
        schedule: fc.constantFrom(bulkSchedule, transactionalSchedule),
        attempts: fc.option(fc.nat(100), { nil: undefined }),
        age: fc.nat(60 * HOUR),
        waitMinutes: fc.constantFrom(0, 3, 60),
        hintMs: fc.option(fc.integer({ min: 1, max: 1e9 }), { nil: undefined }),
        random: fc.double({ min: 0, max: 0.999, noNaN: true }),
      }),
      ({ age, ...request }) => {
        const dueAt = nextTry({ ...request, now, firstTriedAt: now - age });
        if (dueAt === undefined) {
          expect(age).toBeGreaterThanOrEqual(request.schedule.maxAgeMs);
        } else {
          expect(dueAt).toBeGreaterThanOrEqual(now);
          expect(dueAt % MINUTE).toBe(0);
          expect(dueAt).toBeLessThan(now - age + request.schedule.maxAgeMs + MINUTE);
        }
      },
    ),
  );
});

test("a domain without mail fails at once, one that does not exist when it is seen twice", () => {
  expect(judge(broken("dns", "null_mx"), context())).toMatchObject({
    ...{ state: "bounced", category: "null_mx", suppress: "hard_bounce" },
  });
  for (const random of [0, 0.999]) {
    const first = judge(broken("dns", "no_domain"), context({ random, lastCategory: "greylist" }));
    expect(first).toMatchObject({ state: "deferred", category: "no_domain" });
    expect((first.dueAt ?? 0) - now).toBeGreaterThanOrEqual(HOUR);
  }
  const again = context({ attempts: 1, firstTriedAt: now - HOUR, lastCategory: "no_domain" });
  const second = judge(broken("dns", "no_domain"), again);
  expect(second).toMatchObject({ state: "bounced", category: "no_domain", strike: "no_domain" });
  expect(second.suppress).toBeUndefined();
});

test("a target that may not be connected to fails, and never counts against an address", () => {
  const verdict = judge(broken("connect", "private_target"), context());
  expect(verdict).toMatchObject({ state: "failed", category: "private_target" });
  expect(verdict.suppress ?? verdict.strike).toBeUndefined();
});

test("missing DNS answers and insufficient TLS are retried", () => {
  for (const [fault, category] of [
    ["dns", "net"],
    ["tls_policy", "tls_policy"],
  ] as const) {
    const verdict = judge(broken("dns", fault), context());
    expect(verdict).toMatchObject({ state: "deferred", category, countsAsAttempt: true });
  }
});

test("uncertain refusals of the mailbox count against it, all others never do", () => {
  const strikes = (code: number, enhanced: string, text: string) =>
    judge(refused("rcpt", code, enhanced, text), context({ attempts: 9 })).strike;
  expect(strikes(550, "5.2.1", "Account disabled")).toBe("inactive_mailbox");
  expect(strikes(552, "5.2.2", "Mailbox full")).toBe("mailbox_full");
  expect(strikes(550, "", "mailbox unavailable")).toBe("unclear_550");
  expect(strikes(550, "5.7.1", "recipient has blocked the sender")).toBe("filtered");
  expect(strikes(554, "5.7.1", "blocked using zen.spamhaus.org")).toBeUndefined();
  expect(strikes(550, "5.7.26", "DMARC")).toBeUndefined();
  expect(strikes(550, "5.7.1", "Rejected by local policy")).toBeUndefined();
  expect(strikes(554, "5.7.1", "spam")).toBeUndefined();
  expect(strikes(550, "5.1.1", "User unknown")).toBeUndefined();
});

test("expiry counts against the address only when its own mailbox or domain was the obstacle", () => {
  const old = { firstTriedAt: now - 49 * HOUR, attempts: 9 };
  const expiry = (outcome: Parameters<typeof judge>[0], isRelay: boolean) =>
    judge(outcome, context({ ...old, isRelay }));
  const full = refused("rcpt", 452, "4.2.2", "Mailbox full");
  const throttled = refused("mail", 421, "4.7.0", "too many connections");
  const auth = refused("dot", 421, "4.7.26", "not passed SPF");
  expect(expiry(full, true)).toMatchObject({ category: "expired", strike: "mailbox_full" });
  expect(expiry(refused("rcpt", 450, "", "greylisted"), true).strike).toBe("expired");
  expect(expiry(broken("connect", "timeout"), false).strike).toBe("expired");
  expect(expiry(broken("connect", "timeout"), true).strike).toBeUndefined();
  expect(expiry(throttled, false)).toMatchObject({ category: "expired" });
  expect(expiry(throttled, false).strike).toBeUndefined();
  expect(expiry(auth, false).strike).toBeUndefined();
});
