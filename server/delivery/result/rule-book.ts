import type { Connection } from "../../platform/db/driver.ts";
import { allRules } from "./limit-rules.store.ts";
import type { RuleBook } from "./limit-rules.ts";

/** Replaces the rules of a book by those the instance has enabled. */
export function fillRuleBook(book: RuleBook, system: Connection): void {
  const entries = allRules(system).filter(({ enabled }) => enabled);
  const own = entries.filter(({ source }) => source === "shipped").map(({ rule }) => rule.key);
  book.load(
    entries.map(({ rule }) => rule),
    new Set(own),
  );
}
