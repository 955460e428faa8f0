import type { SmtpStage } from "../types.ts";
import type { Category } from "./categories.ts";

/**
 * A pattern for the text of replies. `on` limits it to 4xx or 5xx replies, `at` to stages. Addresses are replaced
 * before matching: our own return path by `@sender`, all others by `@`.
 */
export type TextRule = {
  category: Category;
  text: RegExp;
  on?: 4 | 5;
  at?: readonly SmtpStage[];
};

/** The stages at which a refusal can concern the recipient. */
export const aboutRecipient = ["rcpt", "data", "dot"] as const;
