import type { Rule } from "../../../server/features/segments/segment-language.rules.ts";

const and = (...rules: Rule[]): Rule => ({ op: "and", rules });
const or = (...rules: Rule[]): Rule => ({ op: "or", rules });
const not = (rule: Rule): Rule => ({ op: "not", rule });

const onList: Rule = { list: 1, status: "subscribed", has: true };
const plan = (...value: string[]): Rule => ({ field: "fields.plan", is: "is", value });
const opened = (withinDays: number): Rule => ({ mail: "opened", has: true, withinDays });

/** Ten segments of three conditions, from rare to nearly everybody: fields, lists and engagement. */
export const segmentRules: Record<string, Rule> = {
  "pro, on list, opened in 30 days": and(plan("pro"), onList, opened(30)),
  "pro, not on list, never opened": and(plan("pro"), not(onList), { mail: "opened", has: false }),
  "score over 900, on list, clicked": and({ field: "fields.score", is: "gt", value: 900 }, onList, {
    mail: "clicked",
    has: true,
  }),
  "on list, opened, not clicked": and(onList, opened(90), { mail: "clicked", has: false }),
  "free or trial, opened campaign 3": and(plan("free", "trial"), onList, {
    mail: "opened",
    has: true,
    campaigns: [3],
  }),
  "renewal due, on list, received campaign 2": and(
    { field: "fields.renewal", is: "in_next_days", value: 30 },
    onList,
    { mail: "delivered", has: true, campaigns: [2] },
  ),
  "city, other list, opened twice": and(
    { field: "fields.city", is: "is", value: ["city 7", "city 8", "city 9"] },
    { list: 2, status: "any", has: true },
    { mail: "opened", has: true, atLeast: 2 },
  ),
  "team or list 2 or clicked lately": or(
    plan("team"),
    { list: 2, status: "subscribed", has: true },
    { mail: "clicked", has: true, withinDays: 14 },
  ),
  "neither pro nor on list nor opened": not(or(plan("pro"), onList, opened(60))),
  "clicked link 1 of campaign 1, tagged, known plan": and(
    { mail: "clicked", has: true, campaigns: [1], link: 1 },
    { tag: 1, has: true },
    { field: "fields.plan", is: "known" },
  ),
};
