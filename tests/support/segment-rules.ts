import fc from "fast-check";
import {
  type Condition,
  operators,
  type PropertyCondition,
  type Rule,
} from "../../server/features/segments/segment-language.rules.ts";
import type { Person } from "./segment-people.ts";

/** Custom fields of the people below. */
export const peopleFields = [
  { key: "word", label: "Word", type: "text" as const, choices: [] },
  { key: "score", label: "Score", type: "number" as const, choices: [] },
  { key: "vip", label: "VIP", type: "boolean" as const, choices: [] },
  { key: "born", label: "Born", type: "date" as const, choices: [] },
  { key: "plan", label: "Plan", type: "choice" as const, choices: ["Free", "Pro"] },
  { key: "likes", label: "Likes", type: "multi_choice" as const, choices: ["Tea"] },
];

/** Midnight in Berlin in the night of the clock change, and a few hours before and after it. */
export const NOW = Date.parse("2026-03-28T23:30:00Z");
const DAY = 86_400_000;

// Few values, so that rules match people. Some of them are special in SQL, JSON and LIKE.
const words = [
  "Ärger",
  "ärger",
  "abc",
  "ABC",
  "b%",
  "_",
  "'; --",
  '"',
  "\\",
  "日本",
  "😀x",
  "a\u0301",
  "İ",
  "null",
  "0",
];
const choices = ["Tea", "tea", 'a","b', "b", "\\", "日本"];
const days = ["2026-03-28", "2026-03-29", "2026-03-27", "2024-02-29", "1999-12-31", "2026-04-01"];
const word = fc.constantFrom(...words);
const number = fc.constantFrom(-1.5, 0, 1, 1.5, 100, 1e12);
const day = fc.constantFrom(...days);
const instant = fc
  .tuple(fc.constantFrom(...days), fc.constantFrom(-3_600_000, -1, 0, 1, 3_600_000, DAY / 2))
  .map(
    ([on, by]) =>
      Temporal.PlainDate.from(on).toZonedDateTime({ timeZone: "Europe/Berlin" }).startOfDay()
        .epochMilliseconds + by,
  );
const id = fc.constantFrom(1, 2, 3);
const campaign = id;
const maybeText = fc.constantFrom("", ...words);

const properties = fc
  .record({ item: word, price: number, gift: fc.boolean() }, { requiredKeys: [] })
  .map((one) => one as Record<string, string | number | boolean>);

export const personOf = (personId: number): fc.Arbitrary<Person> =>
  fc.record({
    id: fc.constant(personId),
    email: fc.constant(`p${personId}@x.example`),
    builtIn: fc.record({
      domain: fc.constantFrom("x.example", "y.example"),
      first_name: maybeText,
      last_name: maybeText,
      language: fc.constantFrom("", "de", "en"),
      time_zone: fc.constantFrom("", "Europe/Berlin"),
      country: fc.constantFrom("", "DE", "US"),
      city: maybeText,
      source: fc.constantFrom("", "api", "import:1"),
    }),
    createdAt: instant,
    fields: fc.record(
      {
        word,
        score: number,
        vip: fc.boolean(),
        born: day,
        plan: fc.constantFrom("Free", "Pro"),
        likes: fc.uniqueArray(fc.constantFrom(...choices), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
    tags: fc.uniqueArray(id),
    lists: fc.uniqueArray(
      fc.record({ id, status: fc.constantFrom("subscribed", "pending", "unsubscribed") }),
      { selector: (one) => one.id },
    ),
    messages: fc.uniqueArray(
      fc.record({ campaign, state: fc.constantFrom(0, 3, 4, 6), at: instant }),
      { selector: (one) => one.campaign },
    ),
    engagement: fc.array(
      fc.record({
        campaign,
        kind: fc.constantFrom("open", "click", "view"),
        link: fc.constantFrom(null, 1, 2),
        class: fc.constantFrom("human", "scanner", "apple_mpp"),
        at: instant,
      }),
      { maxLength: 4 },
    ),
    suppression: fc.option(
      fc.record({
        reason: fc.constantFrom("unsubscribed", "hard_bounce", "complaint", "manual", "unclear"),
        expiresAt: fc.constantFrom(null, NOW - 1, NOW, NOW + 1),
      }),
      { nil: undefined },
    ),
    events: fc.array(
      fc.record({ name: fc.constantFrom("bought", "Sign up"), at: instant, properties }),
      { maxLength: 4 },
    ),
  }) as fc.Arbitrary<Person>;

const has = fc.boolean();
const kinds = {
  word: "text",
  score: "number",
  vip: "boolean",
  born: "date",
  plan: "choice",
  likes: "multi_choice",
} as const;
const pair = <T extends string | number>(one: fc.Arbitrary<T>) =>
  fc.tuple(one, one).map(([a, b]) => (a <= b ? [a, b] : [b, a]));

function valueFor(is: string, kind: string): fc.Arbitrary<unknown> {
  if (/^(known|unknown|is_true|is_false)$/.test(is)) {
    return fc.constant(undefined);
  }
  if (/days/.test(is)) {
    return fc.constantFrom(0, 1, 3, 365, 800);
  }
  if (/^(on|before|after)$/.test(is)) {
    return day;
  }
  if (is === "between_dates") {
    return pair(day);
  }
  if (kind === "number") {
    return is === "between" ? pair(number) : number;
  }
  const values = kind === "multi_choice" ? choices : kind === "choice" ? ["Free", "pro"] : words;
  return /^(is|is_not|has_any|has_all|has_none)$/.test(is)
    ? fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 })
    : word;
}

const condition = (field: string, kind: keyof typeof operators): fc.Arbitrary<Condition> =>
  fc
    .constantFrom<string>(...operators[kind])
    .chain((is) =>
      valueFor(is, kind).map(
        (value) => (value === undefined ? { field, is } : { field, is, value }) as Condition,
      ),
    );

const span = { atLeast: fc.constantFrom(1, 2, 3), withinDays: fc.constantFrom(1, 2, 800) };
const property: fc.Arbitrary<PropertyCondition> = fc.oneof(
  fc.record({ property: fc.constant("item"), is: fc.constantFrom("is", "contains"), value: word }),
  fc.record({
    property: fc.constantFrom("price", "item"),
    is: fc.constantFrom("is", "gt", "gte", "lt", "lte"),
    value: number,
  }),
  fc.record({ property: fc.constant("gift"), is: fc.constant("is"), value: fc.boolean() }),
  fc.record({ property: fc.constantFrom("item", "nothing"), is: fc.constant("known") }),
) as fc.Arbitrary<PropertyCondition>;

const leaf: fc.Arbitrary<Condition> = fc.oneof(
  ...Object.entries(kinds).map(([key, kind]) => condition(`fields.${key}`, kind)),
  fc
    .constantFrom(
      "first_name",
      "last_name",
      "language",
      "country",
      "city",
      "time_zone",
      "domain",
      "source",
    )
    .chain((field) => condition(field, "text")),
  condition("created_at", "instant"),
  fc.record({ tag: id, has }),
  fc.record({
    list: id,
    status: fc.constantFrom("subscribed", "pending", "unsubscribed", "any"),
    has,
  }),
  fc.record({
    status: fc.constantFrom(
      "mailable",
      "unsubscribed",
      "hard_bounce",
      "complaint",
      "manual",
      "unclear",
    ),
    has,
  }),
  fc.record(
    {
      mail: fc.constantFrom("sent", "delivered", "opened", "clicked"),
      has,
      campaigns: fc.uniqueArray(campaign, { minLength: 1 }),
      machines: fc.constant(true),
      ...span,
    },
    { requiredKeys: ["mail", "has"] },
  ),
  fc.record({
    mail: fc.constant("clicked"),
    has,
    campaigns: fc.tuple(campaign),
    link: fc.constantFrom(1, 2),
  }),
  fc.record(
    {
      event: fc.constantFrom("bought", "Sign up", "never"),
      has,
      where: fc.array(property, { maxLength: 2 }),
      ...span,
    },
    { requiredKeys: ["event", "has"] },
  ),
) as fc.Arbitrary<Condition>;

/** Rules up to four levels deep. */
export const anyRule: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({
      op: fc.constantFrom("and" as const, "or" as const),
      rules: fc.array(tie("rule"), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ op: fc.constant("not" as const), rule: tie("rule") }),
  ),
})).rule;
