import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, faultyField } from "../../platform/errors.ts";
import { getList } from "../lists/lists.service.ts";
import { waitingFor } from "../lists/waiting.service.ts";
import { audienceUseOfList } from "../segments/list-use.service.ts";
import { topicsOfForm } from "./form-view.ts";
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
    ...forms.map(({ name: form, isOnlyList }) =>
      faultyField("forms", because(isOnlyList ? "list_only_of_form" : "list_of_form", { form })),
    ),
    ...segments.map(({ name }) =>
      faultyField("segments", because("list_of_segment", { segment: name })),
    ),
    ...campaigns.map(({ name: campaign, status }) =>
      faultyField("campaigns", because("list_of_campaign", { campaign, status })),
    ),
    ...(waiting === 0
      ? []
      : [faultyField("waiting", because("list_has_signups", { count: waiting }))]),
  ];
  if (fields.length > 0) {
    throw new AppError("in_use", because("list_in_use"), { fields });
  }
}
