import type { Connection } from "../../platform/db/driver.ts";
import { allRules } from "./limit-rules.store.ts";
import type { RuleBook } from "./limit-rules.ts";

/** Replaces a book's rules with the rules that are enabled on this instance. */
export function fillRuleBook(book: RuleBook, system: Connection): void {
  const entries = allRules(system).filter(({ enabled }) => enabled);
  const own = entries.filter(({ source }) => source === "shipped").map(({ rule }) => rule.key);
  book.load(
    entries.map(({ rule }) => rule),
    new Set(own),
  );
}
