import { AppError, because } from "../errors.ts";
import type { Actor } from "./guard.ts";

/** The id of the acting user. @throws AppError `forbidden` for an API key, where only people may act. */
export function requirePerson(actor: Actor): string {
  if (actor.kind !== "user") {
    throw new AppError("forbidden", because("people_only"));
  }
  return actor.id;
}
