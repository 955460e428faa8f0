import { lintTemplate, loadTokenKeys, trackingToken } from "../../delivery/index.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { inTransaction } from "../../platform/db/transaction.ts";
import { AppError, because, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import type { KeyRing } from "../../platform/secrets.ts";
import { DAY_MS } from "../../platform/time.rules.ts";
import { keepWording } from "../consent/consent.service.ts";
import { listFields } from "../contacts/contact-fields.service.ts";
import { topicsAmong } from "../lists/lists.service.ts";
import { formSnippet } from "./form-html.ts";
import { fieldsOfForm, hasLostItsLists, topicsOfForm } from "./form-view.ts";
import { isBuiltIn, readColor, readOrigins, readRedirect } from "./forms.rules.ts";
import type { FormSettings } from "./forms.schema.ts";
import {
  addFormWording,
  deleteFormRow,
  type FormMetric,
  type FormRow,
  findForm,
  findFormWording,
  formDays,
  formsBefore,
  formTotals,
  insertForm,
  updateForm,
  wordingsOf,
} from "./forms.store.ts";
import { waitingSignups } from "./signups.store.ts";

/** A form with its settings parsed. */
export type Form = Omit<FormRow, "settings" | "enabled"> & {
  enabled: boolean;
  settings: FormSettings;
};

/** What the URLs of a workspace's forms are built from. */
export type FormContext = {
  db: Connection;
  keyRing: KeyRing;
  workspaceNumber: number;
  publicUrl: string;
  now: number;
};

const NUMBER_DAYS = 90;

const defaults: FormSettings = {
  language: "en",
  title: "",
  intro: "",
  button: "",
  fields: [],
  listIds: [],
  chooseLists: false,
  consentText: "",
  consentCheckbox: false,
  doubleOptIn: true,
  senderId: null,
  routeId: null,
  confirmSubject: "",
  confirmBody: "",
  submittedText: "",
  submittedUrl: "",
  confirmedText: "",
  confirmedUrl: "",
  welcome: false,
  welcomeSubject: "",
  welcomeBody: "",
  origins: [],
  style: { accent: "", background: "", text: "", radius: 6 },
};

/** A page of forms, newest first. */
export function listForms(
  context: FormContext,
  query: { cursor?: string | undefined; limit?: number | undefined },
) {
  const {
    limit,
    after: [before],
  } = readPage(query, [Number.MAX_SAFE_INTEGER]);
  const page = cutPage(formsBefore(context.db, before, limit + 1), limit, ({ id }) => [id]);
  return { items: page.items.map((row) => summaryOf(context, row)), nextCursor: page.nextCursor };
}

/** @throws AppError `not_found` */
export function readForm(context: FormContext, id: number) {
  const form = requireForm(context.db, id);
  const url = formUrl(context, id);
  const fields = fieldsOfForm(context.db, form.settings);
  const topics = topicsOfForm(context.db, form.settings);
  return {
    ...summaryOf(context, rowOf(context.db, id)),
    settings: form.settings,
    snippet: formSnippet({ ...form, fields, topics }, url, new URL(url).origin),
  };
}

/** @throws AppError `not_found` */
export function requireForm(db: Connection, id: number): Form {
  return toForm(rowOf(db, id));
}

/** Undefined if the form does not exist or is disabled. */
export function findOpenForm(db: Connection, id: number): Form | undefined {
  const row = findForm(db, id);
  return row?.enabled === 1 ? toForm(row) : undefined;
}

type Input = { name?: string | undefined; settings?: Partial<FormSettings> | undefined };

/** Creates a form. @throws AppError `invalid_input` naming the fields. */
export function createForm(context: FormContext, input: Input & { name: string }) {
  const { db, now } = context;
  const name = readName(input.name);
  const settings = readSettings(db, { ...defaults, ...input.settings });
  const id = inTransaction(db, () => {
    const added = insertForm(db, { name, settings: JSON.stringify(settings), now });
    keepConsentText(db, added, 0, settings.consentText, now);
    return added;
  });
  return readForm(context, id);
}

/**
 * Changes the given properties. A new consent text becomes a new version; earlier versions are kept.
 *
 * @throws AppError `not_found`, `invalid_input`; `stale_version` when someone saved since `version`.
 */
export function changeForm(
  context: FormContext,
  id: number,
  input: Input & { enabled?: boolean | undefined },
  version: number | undefined,
) {
  const { db, now } = context;
  const old = requireForm(db, id);
  const name = input.name === undefined ? old.name : readName(input.name);
  const settings = readSettings(db, { ...old.settings, ...input.settings }, old.settings.listIds);
  inTransaction(db, () => {
    const change = { id, name, enabled: Number(input.enabled ?? old.enabled), now };
    const json = JSON.stringify(settings);
    if (!updateForm(db, { ...change, settings: json, version: version ?? old.version })) {
      throw new AppError("stale_version", because("form_changed_meanwhile"));
    }
    keepConsentText(db, id, old.consentVersion, settings.consentText, now);
  });
  return readForm(context, id);
}

/** Deletes a form with its statistics. The consent log keeps what people agreed to. @throws AppError `not_found` */
export function deleteForm(db: Connection, id: number): void {
  if (!deleteFormRow(db, id)) {
    throw notFound("form");
  }
}

/** Statistics of the last 90 days and the versions of the consent text. @throws AppError `not_found` */
export function formNumbers(db: Connection, id: number, now: number) {
  rowOf(db, id);
  const byDay = new Map<number, Record<FormMetric, number>>();
  for (const { day, metric, n } of formDays(db, id, now - NUMBER_DAYS * DAY_MS)) {
    byDay.set(day, { ...(byDay.get(day) ?? noCounts), [metric]: n });
  }
  return {
    days: [...byDay].map(([day, counts]) => ({ day, counts })),
    wordings: wordingsOf(db, id),
  };
}

/** Validates unsaved settings for a preview. @throws AppError `invalid_input`. */
export function draftForm(db: Connection, input: Input & { name: string }): Form {
  // A deleted list or field that the form names must not prevent its preview.
  const settings = readSettings(
    db,
    { ...defaults, ...input.settings },
    input.settings?.listIds ?? [],
  );
  const never = { id: 0, version: 0, consentVersion: 0, createdAt: 0, updatedAt: 0 };
  return { ...never, name: input.name, enabled: true, settings };
}

const noCounts = { views: 0, submits: 0, confirmed: 0, bots: 0 };

function summaryOf(context: FormContext, row: FormRow) {
  const { settings: _, ...form } = row;
  const settings = settingsOf(row);
  const counts = { ...noCounts };
  for (const { metric, n } of formTotals(context.db, row.id)) {
    counts[metric] = n;
  }
  return {
    ...form,
    enabled: row.enabled === 1,
    problem: hasLostItsLists(settings, topicsOfForm(context.db, settings))
      ? ("no_list" as const)
      : null,
    url: formUrl(context, row.id),
    counts,
    waiting: waitingSignups(context.db, row.id, context.now),
  };
}

function formUrl({ keyRing, workspaceNumber, publicUrl }: FormContext, formId: number): string {
  const subject = { workspaceNumber, formId };
  return `${publicUrl}/f/${trackingToken(loadTokenKeys(keyRing), "form", subject)}`;
}

function keepConsentText(
  db: Connection,
  formId: number,
  version: number,
  text: string,
  now: number,
) {
  const hash = text === "" ? undefined : keepWording(db, text, now);
  if (hash !== undefined && findFormWording(db, formId, version)?.hash !== hash) {
    addFormWording(db, { formId, version: version + 1, hash, now });
  }
}

/** @param keptLists Lists that the form already named, which may have been deleted since. */
function readSettings(
  db: Connection,
  input: FormSettings,
  keptLists: readonly number[] = [],
): FormSettings {
  const { style } = input;
  const settings: FormSettings = {
    ...input,
    listIds: readLists(db, input.listIds, keptLists),
    consentText: input.consentText.trim(),
    submittedUrl: readRedirect("settings.submittedUrl", input.submittedUrl),
    confirmedUrl: readRedirect("settings.confirmedUrl", input.confirmedUrl),
    origins: readOrigins(input.origins),
    style: {
      accent: readColor("settings.style.accent", style.accent),
      background: readColor("settings.style.background", style.background),
      text: readColor("settings.style.text", style.text),
      radius: style.radius,
    },
  };
  requireFields(db, settings.fields);
  requireTemplate("confirmSubject", settings.confirmSubject, "subject");
  requireTemplate("welcomeSubject", settings.welcomeSubject, "subject");
  requireTemplate("confirmBody", settings.confirmBody, "text");
  requireTemplate("welcomeBody", settings.welcomeBody, "text");
  return settings;
}

function requireFields(db: Connection, fields: FormSettings["fields"]): void {
  const known = new Set(listFields(db).map(({ key }) => key));
  const seen = new Set<string>();
  for (const { key } of fields) {
    if (!(isBuiltIn(key) || known.has(key)) || seen.has(key)) {
      throw invalidField(
        "settings.fields",
        because(seen.has(key) ? "form_field_twice" : "form_field_unknown", { field: key }),
      );
    }
    seen.add(key);
  }
}

/**
 * Keeps the lists that exist and are public. If none is left, the form keeps naming its old lists: otherwise it would
 * look like a form that is meant to have none.
 */
function readLists(db: Connection, wanted: number[], kept: readonly number[]): number[] {
  const there = new Set(topicsAmong(db, wanted).map(({ id }) => id));
  if (wanted.some((id) => !there.has(id) && !kept.includes(id))) {
    throw invalidField("settings.listIds", because("form_list_not_public"));
  }
  return there.size === 0 ? wanted : wanted.filter((id) => there.has(id));
}

function requireTemplate(field: string, source: string, where: "subject" | "text"): void {
  const plain = source.replace(/\{\{\s*confirm_url\s*\}\}/g, "https://example.org/");
  const mistake = lintTemplate(plain, { where }).find(({ severity }) => severity === "error");
  if (mistake !== undefined) {
    throw invalidField(
      `settings.${field}`,
      because("template_mistake", { mistake: mistake.message }),
    );
  }
}

function readName(written: string): string {
  const name = written.trim().replace(/\s+/g, " ");
  if (name === "") {
    throw invalidField("name", because("empty"));
  }
  return name;
}

function rowOf(db: Connection, id: number): FormRow {
  const row = findForm(db, id);
  if (row === undefined) {
    throw notFound("form");
  }
  return row;
}

function toForm(row: FormRow): Form {
  return { ...row, enabled: row.enabled === 1, settings: settingsOf(row) };
}

/** The settings of a stored form, with defaults for missing ones. */
export function settingsOf(row: Pick<FormRow, "settings">): FormSettings {
  return { ...defaults, ...(JSON.parse(row.settings) as Partial<FormSettings>) };
}
