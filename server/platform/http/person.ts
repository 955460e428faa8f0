import { AppError } from "../errors.ts";
import type { Actor } from "./guard.ts";

/** The id of the acting user. @throws AppError `forbidden` for an API key, where only people may act. */
export function requirePerson(actor: Actor): string {
  if (actor.kind !== "user") {
    throw new AppError("forbidden", "This needs a person who is signed in, not an API key.");
  }
  return actor.id;
}
