import type { Connection } from "../../platform/db/driver.ts";
import { allRules } from "./limit-rules.store.ts";
import { RuleBook } from "./limit-rules.ts";

/** The rules in force on the delivery thread. Empty until `loadRuleBook`, as in a test without a database. */
export const ruleBook = new RuleBook();

/** Reads the rules afresh: at the start, and when an administrator has changed them. */
export function loadRuleBook(system: Connection): void {
  fillRuleBook(ruleBook, system);
}

/** Puts the enabled rules of the instance into a book. */
export function fillRuleBook(book: RuleBook, system: Connection): void {
  const entries = allRules(system).filter(({ enabled }) => enabled);
  const own = entries.filter(({ source }) => source === "shipped").map(({ rule }) => rule.key);
  book.load(
    entries.map(({ rule }) => rule),
    new Set(own),
  );
}
