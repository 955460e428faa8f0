import { afterEach, beforeEach, expect, test } from "bun:test";
import { consentRule } from "../../../../server/delivery/consent.store.ts";
import type { AudienceDefinition } from "../../../../server/delivery/index.ts";
import { redactAudience } from "../../../../server/features/campaigns/audience-erase.rules.ts";
import { eraseFromAudiences } from "../../../../server/features/campaigns/audience-erase.service.ts";
import { redact } from "../../../../server/features/privacy/mentions.rules.ts";
import type { Rule } from "../../../../server/features/segments/segment-language.rules.ts";
import { audienceCondition, planOf } from "../../../../server/features/segments/segment-plan.ts";
import type { Connection } from "../../../../server/platform/db/driver.ts";
import { type DeliveryData, newDeliveryData } from "../../../support/delivery-data.ts";

const ERASED = "r1@reader.example";
const clean = (text: string) => redact(text, { addresses: [ERASED] });

let data: DeliveryData;
let db: Connection;
let ws: string;
beforeEach(() => {
  data = newDeliveryData();
  ws = data.newWorkspace();
  db = data.db(ws);
  // Addresses r1 to r12: the first is neither a prefix nor a suffix of the others.
  data.addContacts(ws, 12);
});
afterEach(() => data.close());

const segment = (id: number, rule: Rule) => ({
  id,
  ...audienceCondition(planOf(db, { rule }, { now: 1, timeZone: "UTC" }, `t${id}`)),
});
const list = (of: Partial<AudienceDefinition>): AudienceDefinition => ({
  ...{ includeLists: [], excludeLists: [] },
  ...of,
});

/** Who in the audience may be mailed once the person is erased. */
function mailed(audience: AudienceDefinition): number[] {
  const id = data.addCampaign(ws);
  db.prepare(
    "INSERT INTO message (campaign_id, seq, contact_id, address) SELECT ?, id, id, address FROM contact WHERE address <> ?",
  ).run(id, ERASED);
  const range = { campaignId: id, first: 1, last: 12, now: 1, which: "open" as const };
  const why = consentRule(audience)(db, { ...range, isBlocked: () => undefined });
  return [...why].flatMap(([seq, reason]) => (reason === undefined ? [seq] : []));
}

const is = (is: "is" | "is_not", ...value: string[]): Rule => ({ field: "email", is, value });
const named = (value: string): Rule => ({ field: "first_name", is: "contains", value });
const everybody = list({ everyone: true });

const exact: [string, AudienceDefinition | (() => AudienceDefinition)][] = [
  [
    "addresses that get it",
    () => list({ includeSegments: [segment(1, is("is", ERASED, "r11@reader.example"))] }),
  ],
  ["everybody but them", () => list({ includeSegments: [segment(1, is("is_not", ERASED))] })],
  [
    "addresses that are left out",
    () => ({
      ...everybody,
      excludeSegments: [segment(2, is("is", ERASED.toUpperCase(), "r2@reader.example"))],
    }),
  ],
  [
    "a tree of both",
    () =>
      list({
        includeSegments: [
          segment(1, {
            op: "and",
            rules: [{ op: "not", rule: is("is", ERASED, "r3@reader.example") }, named("Name 1")],
          }),
        ],
      }),
  ],
];

test.each(exact)(
  "whole addresses are removed, and everybody else is mailed as before: %s",
  (_, make) => {
    const before = typeof make === "function" ? make() : make;
    const after = redactAudience(before, clean);

    expect(JSON.stringify(after?.audience).toLowerCase()).not.toContain(ERASED);
    expect(after?.isClosed).toBe(false);
    expect(mailed(after?.audience ?? everybody)).toEqual(mailed(before));
    expect(mailed(before).length).toBeGreaterThan(0);
  },
);

test("the meaning of a condition on another field is unknown afterwards: it matches nobody", () => {
  const included = list({
    includeSegments: [segment(1, named(ERASED)), segment(2, named("Name 2"))],
  });
  const excluded = { ...everybody, excludeSegments: [segment(3, named(ERASED))] };

  const open = redactAudience(included, clean);
  const shut = redactAudience(excluded, clean);

  expect([open?.isClosed, shut?.isClosed]).toEqual([true, true]);
  expect(mailed(open?.audience ?? everybody)).toEqual([2]);
  expect(mailed(shut?.audience ?? everybody)).toEqual([]);
  expect(JSON.stringify([open, shut])).not.toContain(ERASED);
});

test("the audiences of launched campaigns are rewritten, and others stay unchanged", () => {
  const store = (audience: AudienceDefinition) => {
    const id = data.addCampaign(ws);
    db.prepare("INSERT INTO campaign_audience VALUES (?, ?)").run(id, JSON.stringify(audience));
    return id;
  };
  const other = list({ includeSegments: [segment(1, is("is", "r11@reader.example"))] });
  const ids = [
    store(other),
    store(list({ includeSegments: [segment(1, is("is", ERASED))] })),
    store({ ...everybody, excludeSegments: [segment(1, named(ERASED))] }),
  ];

  expect(eraseFromAudiences(db, clean)).toEqual({ changed: 2, closed: [ids[2] ?? 0] });
  const left = db.prepare<[], string>("SELECT audience FROM campaign_audience").pluck().all();
  expect(left.join()).not.toContain(`"${ERASED}`);
  expect(left[0]).toBe(JSON.stringify(other));
  expect(eraseFromAudiences(db, clean)).toEqual({ changed: 0, closed: [] });
});
