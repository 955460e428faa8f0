import type { Connection } from "../../platform/db/driver.ts";
import { because, invalidField } from "../../platform/errors.ts";
import type { PageLook } from "../../platform/http/plain-page.ts";
import { findPublicLook, type PublicLookRow, storePublicLook } from "./public-look.store.ts";

/** The workspace's branding of public pages; empty values use the default. */
export function readPublicLook(db: Connection): PublicLookRow {
  return findPublicLook(db) ?? { name: "", logoUrl: "", color: "" };
}

/** Changes the branding. @throws AppError `invalid_input` for a logo without https, or an invalid colour. */
export function changePublicLook(
  db: Connection,
  change: Partial<PublicLookRow>,
  now: number,
): PublicLookRow {
  const { name, logoUrl, color } = { ...readPublicLook(db), ...change };
  if (logoUrl !== "" && URL.parse(logoUrl)?.protocol !== "https:") {
    throw invalidField("logoUrl", because("not_an_image_url"));
  }
  if (color !== "" && !/^#[0-9a-f]{6}$/i.test(color)) {
    throw invalidField("color", because("not_a_color"));
  }
  storePublicLook(db, { name: name.trim(), logoUrl, color: color.toLowerCase() }, now);
  return readPublicLook(db);
}

/** The branding of a page, with the workspace's name as the default. */
export function brandOf(db: Connection, workspaceName: string): PageLook & { name: string } {
  const { name, logoUrl, color } = readPublicLook(db);
  return { name: name || workspaceName, logoUrl, ...(color === "" ? {} : { accent: color }) };
}
