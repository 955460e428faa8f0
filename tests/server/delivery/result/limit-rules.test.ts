import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  type LimitRule,
  RuleBook,
  ruleFaults,
} from "../../../../server/delivery/result/limit-rules.ts";
import { shippedRules } from "../../../../server/delivery/result/shipped-rules.ts";
import { ReplyParser } from "../../../../server/delivery/smtp/reply-parser.ts";
import type { SmtpStage } from "../../../../server/delivery/types.ts";
import { storedBecause } from "../../../../server/reasons/because.ts";
import { replyCases } from "../../../fixtures/smtp-replies.ts";

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const trusted = new Set(shippedRules.map(({ key }) => key));

function read(wire: string) {
  const [reply] = new ReplyParser().feed(Buffer.from(`${wire}\r\n`));
  if (reply === undefined) {
    throw new Error(`no whole reply: ${wire}`);
  }
  return reply;
}

function rule(changes: Partial<LimitRule>): LimitRule {
  return {
    key: "own-1",
    name: "Mine",
    match: {},
    trigger: { times: 1, withinMs: HOUR },
    actions: [{ do: "pause_campaign" }],
    ...changes,
  };
}

function book(...rules: LimitRule[]): RuleBook {
  const made = new RuleBook();
  made.load(rules);
  return made;
}

function shippedFor(provider: string, stage: SmtpStage, wire: string): string | undefined {
  const made = new RuleBook();
  made.load(shippedRules, trusted);
  return made.find({ provider, stage, reply: read(wire) })?.key;
}

const shippedCases: [provider: string, stage: SmtpStage, wire: string, key: string | undefined][] =
  [
    [
      "google",
      "dot",
      "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail\r\n421 4.7.28 originating from your IP address.",
      "google-rate",
    ],
    [
      "gmail",
      "dot",
      "550-5.7.26 Your email has been blocked because the sender is unauthenticated.\r\n550 5.7.26 DKIM = did not pass",
      "google-authentication",
    ],
    [
      "google",
      "mail",
      "550 5.7.25 The IP address sending this message does not have a PTR record",
      "google-address",
    ],
    [
      "google",
      "rcpt",
      "550 5.1.1 The email account that you tried to reach does not exist.",
      undefined,
    ],
    [
      "outlook",
      "mail",
      "550 5.7.1 part of their network is on our block list (S3150).",
      "microsoft-block-list",
    ],
    [
      "microsoft",
      "mail",
      "451 4.7.650 The mail server [192.0.2.7] has been temporarily rate limited due to IP reputation.",
      "microsoft-rate",
    ],
    [
      "microsoft",
      "dot",
      "550 5.7.515 Access denied, sending domain news.example doesn't meet the required authentication level.",
      "microsoft-authentication",
    ],
    [
      "yahoo",
      "mail",
      "421 4.7.0 [TSS04] Messages from 192.0.2.7 temporarily deferred due to unexpected volume or user complaints",
      "yahoo-volume",
    ],
    [
      "yahoo",
      "mail",
      "421 4.7.0 [TSS05] Messages from 192.0.2.7 temporarily deferred",
      "yahoo-complaints",
    ],
    ["apple", "dot", "554 5.7.1 [CS01] Message rejected due to local policy.", "apple-policy"],
    ["gmx", "greeting", "421 Rate limit reached. Please try again later.", "gmx-rate"],
    [
      "tonline",
      "mail",
      "421 4.7.0 Ask for rate limit removal: tobr@rx.t-online.de",
      "tonline-rate",
    ],
    [
      "other",
      "greeting",
      "421 Too many concurrent SMTP connections; please try again later.",
      "connections",
    ],
    [
      "other",
      "rcpt",
      "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org",
      "block-list",
    ],
    ["other", "dot", "550 5.7.1 Virus Eicar-Test-Signature found in message", "virus"],
    ["ses", "dot", "454 Throttling failure: Daily message quota exceeded.", "ses-daily-quota"],
    ["other", "rcpt", "450 4.2.0 Greylisted", undefined],
  ];
for (const [provider, stage, wire, key] of shippedCases) {
  test(`"${wire.slice(0, 60)}" from ${provider} is a case for ${key ?? "no rule"}`, () => {
    expect(shippedFor(provider, stage, wire)).toBe(key);
  });
}

test("shipped rules pass the checks for an administrator's rules, and have unique names", () => {
  for (const shipped of shippedRules) {
    expect([shipped.key, ruleFaults(shipped)]).toEqual([shipped.key, []]);
  }
  expect(new Set(shippedRules.map(({ key }) => key)).size).toBe(shippedRules.length);
});

test("a shipped pattern matches the same in both engines on every known reply", () => {
  const inRe2 = book(...shippedRules);
  const native = new RuleBook();
  native.load(shippedRules, trusted);
  for (const [, stage, wire] of replyCases) {
    for (const provider of ["google", "microsoft", "yahoo", "apple", "gmx", "tonline", "other"]) {
      const evidence = { provider, stage, reply: read(wire) };
      expect(inRe2.find(evidence)?.key).toBe(native.find(evidence)?.key as string);
    }
  }
});

test("a refusal of one recipient never triggers a shipped rule", () => {
  for (const [, stage, wire, category] of replyCases) {
    if (["invalid_mailbox", "mailbox_full", "inactive_mailbox", "greylist"].includes(category)) {
      expect([wire, shippedFor("other", stage, wire)]).toEqual([wire, undefined]);
    }
  }
});

test("the first matching rule counts, and a rule that needs more replies lets no other one trigger", () => {
  const first = rule({ key: "a", match: { text: "slow" }, trigger: { times: 3, withinMs: HOUR } });
  const second = rule({ key: "b" });
  const made = book(first, second);
  const reply = { code: 421, enhanced: "", text: "slow down" };

  const found = made.find({ provider: "other", stage: "mail", reply });

  expect(found?.key).toBe("a");
  expect(made.fire(first, "x", reply, NOW)).toEqual([]);
  expect(made.fire(first, "x", reply, NOW + 1)).toEqual([]);
  expect(made.fire(first, "other scope", reply, NOW + 2)).toEqual([]);
  expect(made.fire(first, "x", reply, NOW + 3)).toEqual([
    {
      do: "pause_campaign",
      reason: storedBecause("rule_matched", { rule: "Mine", said: "421 slow down" }),
    },
  ]);
  expect(made.fire(first, "x", reply, NOW + 4)).toEqual([]);
});

test("replies further apart than the window do not add up", () => {
  const twice = rule({ trigger: { times: 2, withinMs: HOUR } });
  const made = book(twice);
  const reply = { code: 421, enhanced: "", text: "no" };

  expect(made.fire(twice, "x", reply, NOW)).toEqual([]);
  expect(made.fire(twice, "x", reply, NOW + HOUR)).toEqual([]);
  expect(made.fire(twice, "x", reply, NOW + HOUR + 1)).toHaveLength(1);
});

test("codes may be classes such as 4xx, and enhanced codes may have wildcards", () => {
  const fits = (match: LimitRule["match"], code: number, enhanced: string) =>
    book(rule({ match })).find({
      provider: "other",
      stage: "rcpt",
      reply: { code, enhanced, text: "" },
    }) !== undefined;
  expect(fits({ codes: ["4xx"] }, 421, "")).toBe(true);
  expect(fits({ codes: ["45x"] }, 421, "")).toBe(false);
  expect(fits({ codes: ["550", "45x"] }, 452, "")).toBe(true);
  expect(fits({ enhanced: ["*.7.26"] }, 550, "5.7.26")).toBe(true);
  expect(fits({ enhanced: ["4.7.*"] }, 550, "5.7.26")).toBe(false);
  expect(fits({ enhanced: ["*.7.*"] }, 550, "")).toBe(false);
});

const hostile = [
  "(a+)+$",
  "(a|aa)+$",
  "(a|a?)+$",
  "(.*a){20}$",
  "(x+x+)+y",
  "^(([a-z])+.)+[A-Z]([a-z])+$",
  ".*.*.*.*.*=",
  "(\\w+\\s?)*$",
];
test("an expression designed to run forever takes negligible time", () => {
  const texts = ["a".repeat(64_000), `${"a ".repeat(30_000)}!`, "x".repeat(64_000)];
  for (const text of hostile) {
    expect(ruleFaults(rule({ match: { text } }))).toEqual([]);
    const made = book(rule({ match: { text } }));
    const started = performance.now();
    for (const subject of texts) {
      made.find({
        provider: "other",
        stage: "rcpt",
        reply: { code: 450, enhanced: "", text: subject },
      });
    }
    // A backtracking engine would never finish; the margin is for a busy machine.
    expect(performance.now() - started).toBeLessThan(2_000);
  }
});

test("an expression that is too long, too large or invalid is refused with the reason", () => {
  for (const text of [
    "a".repeat(301),
    "((a{100}){100}){100}",
    "((a{30}){30}){5}",
    "(",
    "(?=a)",
    "\\1",
  ]) {
    const started = performance.now();
    const [fault] = ruleFaults(rule({ match: { text } }));
    expect([text.slice(0, 30), fault?.field]).toEqual([text.slice(0, 30), "match.text"]);
    expect(performance.now() - started).toBeLessThan(2_000);
  }
});

test("any text at all is either refused or harmless", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), fc.string({ maxLength: 200 }), (text, subject) => {
      const candidate = rule({ match: { text } });
      if (text !== "" && ruleFaults(candidate).length === 0) {
        const reply = { code: 550, enhanced: "", text: subject };
        book(candidate).find({ provider: "other", stage: "rcpt", reply });
      }
    }),
  );
});

test("codes, stages and rules without effect are refused field by field", () => {
  const faulty = rule({
    match: { codes: ["200", "5x5"], enhanced: ["7.28"], stages: ["nowhere" as SmtpStage] },
    actions: [],
  });
  expect(ruleFaults(faulty).map(({ field }) => field)).toEqual([
    "match.codes",
    "match.enhanced",
    "match.stages",
    "actions",
  ]);
});
