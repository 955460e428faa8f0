import type { SmtpStage } from "../types.ts";
import type { Category } from "./categories.ts";

/**
 * What servers write, in our own words. `on` limits a rule to 4xx or 5xx replies, `at` to stages; addresses are
 * replaced before it is tried: our own return path by `@sender`, every other one by `@`.
 */
export type TextRule = {
  category: Category;
  text: RegExp;
  on?: 4 | 5;
  at?: readonly SmtpStage[];
};

/** The stages at which a refusal can be about the recipient. */
export const aboutRecipient = ["rcpt", "data", "dot"] as const;
