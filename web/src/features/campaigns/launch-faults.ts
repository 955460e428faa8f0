import { type Coded, wordedReason } from "../../refusal.ts";

/** Describes the result of a preflight check, or the problem of a section, in the reader's language. */
export function launchFault({ message, ...fault }: Coded & { message: string }): string {
  return wordedReason(fault) ?? message;
}
