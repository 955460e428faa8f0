import { afterEach, expect, test } from "bun:test";
import type { Bottleneck, BottleneckCode } from "../../server/app.ts";
import {
  bottleneckAnswer,
  bottleneckCodes,
  bottleneckDetail,
} from "../../server/delivery/run/bottleneck-words.ts";
import { storedBecause } from "../../server/reasons/because.ts";
import { bottleneckText } from "../../web/src/bottleneck.ts";
import { displayZone } from "../../web/src/format.ts";
import { locale } from "../../web/src/i18n.ts";
import { causeText, loadRefusalWords } from "../../web/src/refusal.ts";

const zone = displayZone.value;
afterEach(() => {
  locale.value = "en";
  displayZone.value = zone;
});

const AT = Date.UTC(2026, 10, 20, 12);
const subject = {
  level: "sender_site",
  name: "shop.example",
  provider: "mx.example",
  route: "Office",
} as const;
const reason = "421 busy";

const samples: { [C in BottleneckCode]: Bottleneck<C>["params"] } = {
  journal_unwritable: { reason },
  opening_unanswered: { server: "mx.example", route: "Office", stage: "auth", since: AT },
  messages_unanswered: { server: "mx.example", servers: 1, messages: 3, since: AT },
  campaign_suspended: { reason },
  suspended: { subject, until: AT, reason },
  quota_used: { subject, until: AT, allowed: 1_500, period: "day" },
  first_connection: { subject },
  no_more_connections: { subject, allowed: 2, reason },
  all_connections_used: { subject },
  few_at_once: { subject, allowed: 2, reason },
  node_share: {},
  node_opening: {},
  node_memory: {},
  spread: { perSecond: 0.5 },
  warm_up: { subject, perSecond: 0.001 },
  slowed_down: { subject, perSecond: 2.5, reason },
  rate: { subject, perSecond: 1 },
  looking_up_domains: {},
  selecting_recipients: {},
  paused: { reason },
  route_rate: { route: "Office", perSecond: 14 },
  workspace_rate: { perSecond: 14 },
  held: { messages: 2 },
  waiting_retries: { messages: 1_200, at: AT, cause: "asked_later" },
  saving_results: {},
  full_speed: {},
  waiting_turn: {},
  sending_next: {},
};

const all = Object.entries(samples).map(([code, params]) => ({ code, params }) as Bottleneck);

test("every code has a text in each language that uses its parameters", () => {
  displayZone.value = "Europe/Berlin";
  expect(bottleneckCodes.toSorted()).toEqual(all.map(({ code }) => code).sort());
  for (const bottleneck of all) {
    locale.value = "en";
    const english = bottleneckText(bottleneck);
    locale.value = "de";
    const german = bottleneckText(bottleneck);
    const detail = bottleneckDetail(bottleneck, AT);

    for (const text of [english, german, detail]) {
      expect(text).not.toMatch(/[{}]|undefined|null|NaN/);
      const { params } = bottleneck;
      const named = ["server", "route", "reason"].flatMap((key) =>
        key in params ? String(params[key as keyof typeof params]) : [],
      );
      const limited = "subject" in params ? ["shop.example", "mx.example", "Office"] : [];
      for (const name of [...named, ...limited]) {
        expect(text).toContain(name);
      }
    }
    if (bottleneck.code !== "campaign_suspended") {
      expect(german).not.toBe(english);
    }
  }
});

test("numbers, rates and times use the reader's language and time zone", () => {
  displayZone.value = "Europe/Berlin";
  locale.value = "de";
  const office = { level: "route", name: "Office", provider: "", route: "" } as const;
  const said = (bottleneck: Bottleneck) => bottleneckText(bottleneck);

  expect(
    said({ code: "slowed_down", params: { subject: office, perSecond: 2.5, reason: "" } }),
  ).toBe(
    "Versandweg „Office“: 2,5 Nachrichten pro Sekunde, und wieder schneller, sobald Nachrichten angenommen werden.",
  );
  expect(said({ code: "rate", params: { subject: office, perSecond: 1 / 60 } })).toBe(
    "Versandweg „Office“: auf 1 Nachricht pro Minute begrenzt.",
  );
  expect(
    said({ code: "waiting_retries", params: { messages: 1_200, at: AT, cause: "mailbox_full" } }),
  ).toBe(
    "1.200 Nachrichten warten auf den nächsten Versuch (die erste: 20.11.2026, 13:00), weil ihre Postfächer voll sind.",
  );
  locale.value = "en";
  displayZone.value = "America/New_York";
  expect(said({ code: "suspended", params: { subject: office, until: AT, reason } })).toMatch(
    /^Sending is paused for the sending method “Office” until Nov 20, 2026, 7:00\sAM: 421 busy$/,
  );
});

test("a stored reason is worded in the reader's language, down to the rule and the reply inside it", async () => {
  await loadRefusalWords();
  const rule = storedBecause("rule_matched", {
    rule: storedBecause("rule_microsoft_block_list"),
    said: "550 5.7.1 S3140",
  });
  const stored = storedBecause("route_broken", { route: "Office", fault: rule });
  const { detail, ...sent } = bottleneckAnswer({ code: "paused", params: { reason: stored } }, AT);

  expect(detail).toBe(
    "Paused: The sending method “Office” does not work: The IP address is on Microsoft's block list (“550 5.7.1 S3140”)",
  );
  expect(bottleneckText(sent)).toBe(detail);
  locale.value = "de";
  expect(bottleneckText(sent)).toBe(
    "Pausiert: Der Versandweg „Office“ funktioniert nicht: Microsoft führt die Adresse auf seiner Sperrliste („550 5.7.1 S3140“)",
  );
  const words = { reason: "He asked for it", cause: null };
  expect(causeText(words.reason, words.cause)).toBe("He asked for it");
});
