import { requireField } from "../contacts/contact-fields.service.ts";
import type { Rule } from "./segment-language.rules.ts";
import type { PeopleContext } from "./segment-people.ts";
import { keysOf } from "./segment-plan.ts";
import { allRules, campaignsWith, textsNaming } from "./segments.store.ts";

/**
 * What depends on a field or its key: contacts with a value, segments with a condition on it, campaigns with those
 * segments, and texts that mention it.
 *
 * @throws AppError `not_found`
 */
export async function fieldUse(
  { open, reads, workspaceId, timeZone, clock }: PeopleContext,
  id: number,
) {
  const { key } = requireField(open(), id);
  const rule: Rule = { field: `fields.${key}`, is: "known" };
  const moment = { now: clock(), timeZone };
  const { count: contacts } = await reads.count({ workspaceId, asked: { rule }, moment });
  const db = open();
  const segments = allRules(db)
    .filter((one) => keysOf(JSON.parse(one.rule) as Rule).includes(key))
    .map(({ id, name }) => ({ id, name }));
  const { templates, campaigns } = textsNaming(db, key);
  const reached = segments
    .flatMap((segment) => campaignsWith(db, segment.id))
    .filter(({ status }) => status === "draft" || status === "scheduled")
    .map(({ id, name }) => ({ id, name }));
  const byId = new Map([...campaigns, ...reached].map((one) => [one.id, one]));
  return { contacts, segments, campaigns: [...byId.values()], templates };
}
