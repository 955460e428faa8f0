import { type Bind, type IdQuery, scopeCondition } from "./compile-query.store.ts";
import { type Moment, sinceDays } from "./segment-dates.rules.ts";
import {
  type EventCondition,
  foldAscii,
  type ListCondition,
  type MailCondition,
  type PropertyCondition,
  type TagCondition,
} from "./segment-language.rules.ts";

/** All contacts with a tag. */
export function tagSet({ tag }: TagCondition, bind: Bind): IdQuery {
  const id = bind(tag);
  return {
    sql: (scope) =>
      `SELECT contact_id FROM contact_tag WHERE tag_id = ${id}${scopeCondition("contact_id", scope)}`,
    isLive: true,
  };
}

/** All contacts on a list with the given status. */
export function listSet({ list, status }: ListCondition, bind: Bind): IdQuery {
  const id = bind(list);
  const has = status === "any" ? "" : ` AND status = ${bind(status)}`;
  return {
    sql: (scope) =>
      `SELECT contact_id FROM list_contact WHERE list_id = ${id}${has}${scopeCondition("contact_id", scope)}`,
    isLive: true,
  };
}

/**
 * All contacts whose address is suppressed, for the given reason or for any reason. The other contacts are mailable.
 */
export function suppressedSet(reason: string | undefined, now: number, bind: Bind): IdQuery {
  const because = reason === undefined ? "" : ` AND s.reason = ${bind(reason)}`;
  const at = bind(now);
  const rest = `${because} AND (s.expires_at IS NULL OR s.expires_at > ${at})`;
  return {
    // Starts from the smaller side: suppressions when all contacts are in scope, the contacts for a range of them.
    sql: (scope) =>
      scope === "everybody"
        ? `SELECT c.id FROM suppression s CROSS JOIN contact c ON c.address = s.address WHERE 1${rest}`
        : `SELECT c.id FROM contact c CROSS JOIN suppression s ON s.address = c.address
            WHERE 1${rest}${scopeCondition("c.id", scope)}`,
    isLive: true,
  };
}

/** All contacts who got, or interacted with, the given number of campaigns. */
export function mailSet(condition: MailCondition, moment: Moment, bind: Bind): IdQuery {
  const { mail, campaigns, withinDays } = condition;
  const list = campaigns === undefined ? undefined : bind(JSON.stringify(campaigns));
  const among =
    list === undefined ? "" : ` AND campaign_id IN (SELECT value FROM json_each(${list}))`;
  const at = mail === "sent" || mail === "delivered" ? "changed_at" : "at";
  const since =
    withinDays === undefined ? "" : ` AND ${at} >= ${bind(sinceDays(withinDays, moment))}`;
  const enough = atLeast("campaign_id", condition.atLeast, bind);
  if (mail === "sent" || mail === "delivered") {
    // A held message (2) may have arrived, so its recipient does not count among those who did not get it.
    const states = mail === "sent" ? "(2, 3, 4)" : "(2, 3)";
    return {
      sql: (scope) => {
        const table = scope === "everybody" ? "message" : "message INDEXED BY message_contact";
        return `SELECT contact_id FROM ${table}
                 WHERE state IN ${states}${among}${since}${scopeCondition("contact_id", scope)}${enough}`;
      },
      isLive: false,
    };
  }
  const kind = mail === "opened" ? "open" : "click";
  const link = condition.link === undefined ? "" : ` AND link_no = ${bind(condition.link)}`;
  const who = condition.machines === true ? "" : " AND class = 'human'";
  const table = condition.machines === true ? "event" : "event INDEXED BY event_human";
  return {
    sql: (scope) =>
      `SELECT contact_id FROM ${table}
        WHERE kind = '${kind}'${who}${among}${link}${since}${scopeCondition("contact_id", scope)}${enough}`,
    isLive: false,
  };
}

/** All contacts with the given number of events. */
export function eventSet(condition: EventCondition, moment: Moment, bind: Bind): IdQuery {
  const name = bind(condition.event);
  const since =
    condition.withinDays === undefined
      ? ""
      : ` AND at >= ${bind(sinceDays(condition.withinDays, moment))}`;
  const where = (condition.where ?? []).map((one) => ` AND ${propertyTest(one, bind)}`).join("");
  const enough = atLeast("id", condition.atLeast, bind);
  return {
    sql: (scope) =>
      `SELECT contact_id FROM custom_event
        WHERE name_id = (SELECT id FROM event_name WHERE name = ${name})
              ${scopeCondition("contact_id", scope)}${since}${where}${enough}`,
    isLive: true,
  };
}

const propertyComparisons = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

function propertyTest({ property, is, value }: PropertyCondition, bind: Bind): string {
  const path = bind(`$."${property}"`);
  const found = `json_extract(properties, ${path})`;
  const type = `json_type(properties, ${path})`;
  if (is === "known") {
    return `${type} <> 'null'`;
  }
  if (typeof value === "boolean") {
    return `${type} = ${bind(String(value))}`;
  }
  if (typeof value === "string") {
    const text = bind(foldAscii(value));
    return is === "contains"
      ? `(${type} = 'text' AND instr(lower(${found}), ${text}) > 0)`
      : `(${type} = 'text' AND lower(${found}) = ${text})`;
  }
  const sign = is === "is" ? "=" : propertyComparisons[is as keyof typeof propertyComparisons];
  return `(${type} IN ('integer', 'real') AND ${found} ${sign} ${bind(Number(value))})`;
}

/** A single event needs no grouping. If more are required, each campaign counts once. */
function atLeast(what: string, n: number | undefined, bind: Bind): string {
  return n === undefined ? "" : ` GROUP BY contact_id HAVING count(DISTINCT ${what}) >= ${bind(n)}`;
}
