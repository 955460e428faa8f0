import type { Connection } from "../../platform/db/driver.ts";
import { AppError } from "../../platform/errors.ts";
import { getList } from "../lists/lists.service.ts";
import { waitingFor } from "../lists/waiting.service.ts";
import { audienceUseOfList } from "../segments/list-use.service.ts";
import { topicsOfForm } from "./form-view.service.ts";
import { settingsOf } from "./forms.service.ts";
import { formsWithList } from "./forms.store.ts";

/**
 * What depends on a list: forms that sign people up to it, segments with a condition on it, unfinished campaigns that
 * include or exclude it, and unconfirmed sign-ups.
 *
 * @throws AppError `not_found`
 */
export function listUse(db: Connection, id: number, now: number) {
  getList(db, id);
  const forms = formsWithList(db, id).map((row) => ({
    id: row.id,
    name: row.name,
    isOnlyList: topicsOfForm(db, settingsOf(row)).every((topic) => topic.id === id),
  }));
  return { forms, ...audienceUseOfList(db, id), waiting: waitingFor(db, id, now) };
}

/**
 * Refuses to delete a list that something still uses.
 *
 * @throws AppError `not_found`; `in_use` that names each form, segment and campaign.
 */
export function requireUnused(db: Connection, id: number, now: number): void {
  const { forms, segments, campaigns, waiting } = listUse(db, id, now);
  const fields = [
    ...forms.map(({ name, isOnlyList }) => ({
      field: "forms",
      reason: isOnlyList
        ? `"${name}" leads to no other list and would take no sign-ups`
        : `"${name}" leads to it`,
    })),
    ...segments.map(({ name }) => ({ field: "segments", reason: `"${name}" asks for it` })),
    ...campaigns.map(({ name, status }) => ({
      field: "campaigns",
      reason: `"${name}" (${status}) has it in its audience`,
    })),
    ...(waiting === 0
      ? []
      : [{ field: "waiting", reason: `sign-ups that are not confirmed yet: ${waiting}` }]),
  ];
  if (fields.length > 0) {
    const detail = "The list is in use. Send force=true to delete it anyway.";
    throw new AppError("in_use", detail, { fields });
  }
}
