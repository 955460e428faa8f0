import type { Connection } from "../../platform/db/driver.ts";
import { conditionsOf, type Rule } from "./segment-language.rules.ts";
import { allRules, campaignsWith, campaignsWithList } from "./segments.store.ts";

const OPEN: ReadonlySet<string> = new Set([
  "draft",
  "scheduled",
  "preparing",
  "sending",
  "pausing",
  "paused",
]);

/**
 * What has a condition on a list: segments by their rule, and unfinished campaigns by their audience or one of those
 * segments.
 */
export function audienceUseOfList(db: Connection, listId: number) {
  const segments = allRules(db)
    .filter(({ rule }) => asksFor(JSON.parse(rule) as Rule, listId))
    .map(({ id, name }) => ({ id, name }));
  const campaigns = [
    ...campaignsWithList(db, listId),
    ...segments.flatMap(({ id }) => campaignsWith(db, id)),
  ].filter(({ status }) => OPEN.has(status));
  return { segments, campaigns: [...new Map(campaigns.map((one) => [one.id, one])).values()] };
}

const asksFor = (rule: Rule, listId: number): boolean =>
  conditionsOf(rule).some((condition) => "list" in condition && condition.list === listId);
