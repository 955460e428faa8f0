import {
  anniversaries,
  dayRange,
  type Moment,
  sinceDays,
  timeRange,
} from "../../server/features/segments/segment-dates.rules.ts";
import {
  type Condition,
  type EventCondition,
  type FieldCondition,
  foldAscii,
  isGroup,
  isNegation,
  type MailCondition,
  type PropertyCondition,
  type Rule,
} from "../../server/features/segments/segment-language.rules.ts";
import type { Connection } from "../../server/platform/db/driver.ts";

/** A contact with everything that segments can use, as plain values. */
export type Person = {
  id: number;
  email: string;
  builtIn: Record<string, string>;
  createdAt: number;
  fields: Record<string, string | number | boolean | string[]>;
  tags: number[];
  lists: { id: number; status: string }[];
  messages: { campaign: number; state: number; at: number }[];
  engagement: { campaign: number; kind: string; link: number | null; class: string; at: number }[];
  suppression: { reason: string; expiresAt: number | null } | undefined;
  events: { name: string; at: number; properties: Record<string, string | number | boolean> }[];
};

/** The meaning of a rule, implemented a second time without SQL, as the reference of the property test. */
export function evaluate(rule: Rule, person: Person, moment: Moment): boolean {
  if (isGroup(rule)) {
    return rule.op === "and"
      ? rule.rules.every((one) => evaluate(one, person, moment))
      : rule.rules.some((one) => evaluate(one, person, moment));
  }
  return isNegation(rule) ? !evaluate(rule.rule, person, moment) : holds(rule, person, moment);
}

function holds(condition: Condition, person: Person, moment: Moment): boolean {
  if ("field" in condition) {
    return fieldHolds(condition, person, moment);
  }
  if ("tag" in condition) {
    return person.tags.includes(condition.tag) === condition.has;
  }
  if ("list" in condition) {
    const found = person.lists.some(
      ({ id, status }) =>
        id === condition.list && (condition.status === "any" || condition.status === status),
    );
    return found === condition.has;
  }
  if ("status" in condition) {
    const { suppression } = person;
    const holdsNow =
      suppression !== undefined &&
      (suppression.expiresAt === null || suppression.expiresAt > moment.now);
    const found =
      condition.status === "mailable"
        ? !holdsNow
        : holdsNow && suppression.reason === condition.status;
    return found === condition.has;
  }
  return "mail" in condition
    ? mailHolds(condition, person, moment)
    : eventHolds(condition, person, moment);
}

function fieldHolds({ field, is, value }: FieldCondition, person: Person, moment: Moment): boolean {
  if (field === "created_at") {
    const days = dayRange({ field, is, ...(value === undefined ? {} : { value }) }, moment) ?? {};
    const { from = -Infinity, before = Infinity } = timeRange(days, moment.timeZone);
    return person.createdAt >= from && person.createdAt < before;
  }
  const held = field.startsWith("fields.")
    ? person.fields[field.slice(7)]
    : person.builtIn[field] || undefined;
  if (is === "known" || is === "unknown") {
    return (held !== undefined) === (is === "known");
  }
  const negative = {
    is_not: "is",
    not_contains: "contains",
    ne: "eq",
    has_none: "has_any",
  } as const;
  if (is in negative) {
    const positive = negative[is as keyof typeof negative];
    const asked = { field, is: positive, ...(value === undefined ? {} : { value }) };
    return !fieldHolds(asked, person, moment);
  }
  return (
    held !== undefined &&
    valueHolds(held, { field, is, ...(value === undefined ? {} : { value }) }, moment)
  );
}

function valueHolds(
  held: string | number | boolean | string[],
  condition: FieldCondition,
  moment: Moment,
): boolean {
  const { is, value } = condition;
  const text = foldAscii(String(held));
  const wanted = foldAscii(String(value));
  const [from, to] = Array.isArray(value) ? value : [];
  switch (is) {
    case "is":
      return (value as string[]).some((one) => foldAscii(one) === text);
    case "contains":
      return text.includes(wanted);
    case "starts_with":
      return text.startsWith(wanted);
    case "ends_with":
      return text.endsWith(wanted);
    case "eq":
      return held === value;
    case "gt":
      return Number(held) > Number(value);
    case "gte":
      return Number(held) >= Number(value);
    case "lt":
      return Number(held) < Number(value);
    case "lte":
      return Number(held) <= Number(value);
    case "between":
      return Number(held) >= Number(from) && Number(held) <= Number(to);
    case "is_true":
      return held === true;
    case "is_false":
      return held === false;
    case "has_any":
      return (value as string[]).some((one) => (held as string[]).includes(one));
    case "has_all":
      return (value as string[]).every((one) => (held as string[]).includes(one));
    case "anniversary_in_days":
      return anniversaries(Number(value), moment).includes(String(held).slice(5));
    default: {
      const range = dayRange(condition, moment) ?? {};
      return String(held) >= (range.from ?? "") && String(held) <= (range.to ?? "9999-99-99");
    }
  }
}

function mailHolds(condition: MailCondition, person: Person, moment: Moment): boolean {
  const { mail, campaigns, withinDays, atLeast = 1 } = condition;
  const since = withinDays === undefined ? -Infinity : sinceDays(withinDays, moment);
  const isMeant = (campaign: number) => campaigns === undefined || campaigns.includes(campaign);
  const found =
    mail === "sent" || mail === "delivered"
      ? person.messages.filter(
          ({ campaign, state, at }) =>
            // A held message may have arrived.
            isMeant(campaign) &&
            at >= since &&
            (state === 2 || state === 3 || (state === 4 && mail === "sent")),
        )
      : person.engagement.filter(
          (one) =>
            isMeant(one.campaign) &&
            one.at >= since &&
            one.kind === (mail === "opened" ? "open" : "click") &&
            (condition.machines === true || one.class === "human") &&
            (condition.link === undefined || one.link === condition.link),
        );
  const distinct = new Set(found.map(({ campaign }) => campaign)).size;
  return distinct >= atLeast === condition.has;
}

function eventHolds(condition: EventCondition, person: Person, moment: Moment): boolean {
  const { withinDays, atLeast = 1, where = [] } = condition;
  const since = withinDays === undefined ? -Infinity : sinceDays(withinDays, moment);
  const found = person.events.filter(
    ({ name, at, properties }) =>
      name === condition.event &&
      at >= since &&
      where.every((one) => propertyHolds(one, properties[one.property])),
  );
  return found.length >= atLeast === condition.has;
}

function propertyHolds(
  { is, value }: PropertyCondition,
  held: string | number | boolean | undefined,
) {
  if (held === undefined || is === "known") {
    return held !== undefined;
  }
  if (typeof held !== typeof value) {
    return false;
  }
  if (typeof held === "string") {
    const [text, wanted] = [foldAscii(held), foldAscii(String(value))];
    return is === "contains" ? text.includes(wanted) : text === wanted;
  }
  if (is === "is") {
    return held === value;
  }
  const compare = {
    gt: Number(held) > Number(value),
    gte: Number(held) >= Number(value),
    lt: Number(held) < Number(value),
  };
  return is === "lte" ? Number(held) <= Number(value) : compare[is as keyof typeof compare];
}

/** Writes people into a workspace's file, with lists 1 to 3, tags 1 to 3 and campaigns 1 to 3. */
export function storePeople(db: Connection, people: readonly Person[]): void {
  db.transaction(() => {
    for (const table of [
      "contact",
      "kept_leave",
      "kept_break",
      "suppression",
      "message",
      "event",
      "custom_event",
    ]) {
      db.exec(`DELETE FROM ${table}`);
    }
    for (const id of [1, 2, 3]) {
      const name = `${id}`;
      db.prepare(
        "INSERT OR IGNORE INTO list (id, name, name_key, created_at, updated_at) VALUES (?, ?, ?, 0, 0)",
      ).run(id, name, name);
      db.prepare(
        "INSERT OR IGNORE INTO tag (id, name, name_key, created_at) VALUES (?, ?, ?, 0)",
      ).run(id, name, name);
      db.prepare(
        "INSERT OR IGNORE INTO campaign (id, name, created_by, created_at, updated_at) VALUES (?, ?, '', 0, 0)",
      ).run(id, name);
    }
    for (const person of people) {
      storePerson(db, person);
    }
    db.prepare("UPDATE audience_count SET n = ? WHERE name = 'contacts'").run(people.length);
  })();
}

function storePerson(db: Connection, person: Person): void {
  const { id, builtIn, engagement, messages, events } = person;
  db.prepare(
    `INSERT INTO contact (id, email, address, domain, first_name, last_name, language, time_zone, country,
                          city, source, fields, created_at, updated_at)
     VALUES (@id, @email, @email, @domain, @first_name, @last_name, @language, @time_zone, @country, @city,
             @source, @fields, @createdAt, 0)`,
  ).run({
    ...builtIn,
    id,
    email: person.email,
    fields: JSON.stringify(person.fields),
    createdAt: person.createdAt,
  });
  for (const tag of person.tags) {
    db.prepare("INSERT INTO contact_tag VALUES (?, ?)").run(tag, id);
  }
  for (const list of person.lists) {
    db.prepare(
      "INSERT INTO list_contact (list_id, contact_id, status, changed_at) VALUES (?, ?, ?, 0)",
    ).run(list.id, id, list.status);
  }
  for (const { campaign, state, at } of messages) {
    db.prepare(
      "INSERT INTO message (campaign_id, seq, contact_id, address, state, changed_at) VALUES (?, ?, ?, '', ?, ?)",
    ).run(campaign, id, id, state, at);
  }
  for (const one of engagement) {
    db.prepare(
      "INSERT INTO event (at, kind, campaign_id, seq, contact_id, link_no, class, rule) VALUES (@at, @kind, @campaign, @id, @id, @link, @class, '')",
    ).run({ ...one, id });
  }
  if (person.suppression !== undefined) {
    db.prepare(
      "INSERT INTO suppression (address, reason, created_at, expires_at) VALUES (?, ?, 0, ?)",
    ).run(person.email, person.suppression.reason, person.suppression.expiresAt);
  }
  for (const { name, at, properties } of events) {
    db.prepare("INSERT OR IGNORE INTO event_name (name, last_at) VALUES (?, 0)").run(name);
    db.prepare(
      "INSERT INTO custom_event (name_id, contact_id, at, received_at, properties) SELECT id, ?, ?, 0, ? FROM event_name WHERE name = ?",
    ).run(id, at, JSON.stringify(properties), name);
  }
}
