import {
  type Condition,
  customKeyOf,
  type EventCondition,
  type FieldCondition,
  isGroup,
  isNegation,
  type KnownField,
  type MailCondition,
  type PropertyCondition,
  type Rule,
} from "./segment-language.rules.ts";
import { type Language, type Words, wordsOf } from "./segment-words.catalogue.rules.ts";

export type { Language } from "./segment-words.catalogue.rules.ts";

/** Names of the objects that a rule refers to. An id without a name is shown as `#7`. */
export type Names = {
  fields: readonly KnownField[];
  tag: (id: number) => string | undefined;
  list: (id: number) => string | undefined;
  campaign: (id: number) => string | undefined;
};

/** Words a rule as a readable sentence: `Plan is "pro" and (opened any campaign or has the tag "VIP")`. */
export function ruleInWords(rule: Rule, names: Names, language: Language): string {
  const words = wordsOf(language);
  const text = say(rule, names, words, false);
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}

function say(rule: Rule, names: Names, words: Words, isInside: boolean): string {
  if (isGroup(rule)) {
    const parts = rule.rules.map((one) => say(one, names, words, rule.rules.length > 1));
    const joined = parts.join(` ${words[rule.op]} `);
    return isInside && parts.length > 1 ? `(${joined})` : joined;
  }
  if (isNegation(rule)) {
    return `${words.not} (${say(rule.rule, names, words, false)})`;
  }
  return sayCondition(rule, names, words);
}

function sayCondition(condition: Condition, names: Names, words: Words): string {
  if ("field" in condition) {
    return sayField(condition, names, words);
  }
  if ("tag" in condition) {
    const name = quoted(names.tag(condition.tag) ?? `#${condition.tag}`, words);
    return words.tag(name, condition.has);
  }
  if ("list" in condition) {
    const name = quoted(names.list(condition.list) ?? `#${condition.list}`, words);
    return words.list(name, condition.status, condition.has);
  }
  if ("status" in condition) {
    return words.status(condition.status, condition.has);
  }
  return "mail" in condition ? sayMail(condition, names, words) : sayEvent(condition, words);
}

function sayField({ field, is, value }: FieldCondition, names: Names, words: Words): string {
  const key = customKeyOf(field);
  const label =
    key === undefined
      ? (words.builtIn[field] ?? field)
      : (names.fields.find((one) => one.key === key)?.label ?? key);
  return words.field(label, is, sayValue(value, words));
}

function sayValue(value: FieldCondition["value"], words: Words): string[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.map((one) => (typeof one === "string" ? quoted(one, words) : words.number(one)));
}

function sayMail(condition: MailCondition, names: Names, words: Words): string {
  const campaigns = (condition.campaigns ?? []).map((id) =>
    quoted(names.campaign(id) ?? `#${id}`, words),
  );
  return words.mail({
    ...condition,
    what:
      condition.link === undefined
        ? words.campaigns(campaigns, condition.atLeast ?? 1)
        : words.link(condition.link, campaigns.join("")),
  });
}

function sayEvent(condition: EventCondition, words: Words): string {
  const where = (condition.where ?? []).map((one) => sayProperty(one, words));
  return words.event({
    ...condition,
    name: quoted(condition.event, words),
    properties: where.join(` ${words.and} `),
  });
}

function sayProperty({ property, is, value }: PropertyCondition, words: Words): string {
  const shown = typeof value === "string" ? quoted(value, words) : words.number(value ?? "");
  return words.property(property, is, shown);
}

function quoted(text: string, words: Words): string {
  return words.quotes[0] + text + words.quotes[1];
}
