import type { Connection } from "../../platform/db/driver.ts";
import { invalidField } from "../../platform/errors.ts";
import type { PageLook } from "../../platform/http/plain-page.ts";
import { findPublicLook, type PublicLookRow, storePublicLook } from "./public-look.store.ts";

/** How the pages look that recipients see, as the workspace set it; empty = as we have it. */
export function readPublicLook(db: Connection): PublicLookRow {
  return findPublicLook(db) ?? { name: "", logoUrl: "", color: "" };
}

/** Changes it. @throws AppError `invalid_input` for a logo that is not on https, or no colour. */
export function changePublicLook(
  db: Connection,
  change: Partial<PublicLookRow>,
  now: number,
): PublicLookRow {
  const { name, logoUrl, color } = { ...readPublicLook(db), ...change };
  if (logoUrl !== "" && URL.parse(logoUrl)?.protocol !== "https:") {
    throw invalidField("logoUrl", "is no address of an image that begins with https://");
  }
  if (color !== "" && !/^#[0-9a-f]{6}$/i.test(color)) {
    throw invalidField("color", "is no colour such as #3b5bdb");
  }
  storePublicLook(db, { name: name.trim(), logoUrl, color: color.toLowerCase() }, now);
  return readPublicLook(db);
}

/** The same for a page, with the workspace's name where no other is set. */
export function brandOf(db: Connection, workspaceName: string): PageLook & { name: string } {
  const { name, logoUrl, color } = readPublicLook(db);
  return { name: name || workspaceName, logoUrl, ...(color === "" ? {} : { accent: color }) };
}
