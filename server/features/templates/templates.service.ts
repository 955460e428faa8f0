import type { Problem, Renderer } from "../../delivery/index.ts";
import type { Databases } from "../../platform/db/databases.ts";
import type { Connection } from "../../platform/db/driver.ts";
import { AppError, because, invalidField, notFound } from "../../platform/errors.ts";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import {
  type ContactChoice,
  contactFor,
  listFieldKeys,
  workspaceFacts,
} from "./message-scope.service.ts";
import { type Starter, starters } from "./starters.ts";
import type { TemplateChange, TemplateCreate, TemplateView } from "./templates.schema.ts";
import {
  addTemplate,
  deleteTemplateRow,
  findTemplate,
  listTemplateRows,
  replaceTemplate,
  type TemplateDocument,
  type TemplateRow,
} from "./templates.store.ts";

export { starters } from "./starters.ts";

/** A page of templates, newest first, without their sources. */
export function listTemplates(
  db: Connection,
  query: { q?: string; cursor?: string; limit?: number },
): { items: Omit<TemplateRow, "source">[]; nextCursor: string | null } {
  const {
    limit,
    after: [before],
  } = readPage(query, [Number.MAX_SAFE_INTEGER]);
  const rows = listTemplateRows(db, {
    before,
    limit: limit + 1,
    pattern: query.q ? `%${query.q.replace(/[\\%_]/g, "\\$&")}%` : "",
  });
  return cutPage(rows, limit, (row) => [row.id]);
}

/** @throws AppError `not_found`. */
export function readTemplate(db: Connection, id: number): TemplateView {
  const row = findTemplate(db, id);
  if (row === undefined) {
    throw notFound("template");
  }
  return row;
}

/**
 * Creates a template: empty, from the given values, or as a copy of a built-in one.
 * @throws AppError `invalid_input`.
 */
export function createTemplate(db: Connection, input: TemplateCreate, now: number): TemplateView {
  const base = input.starter === undefined ? undefined : requireStarter(input.starter);
  const document: TemplateDocument = {
    name: input.name,
    kind: input.kind ?? base?.kind ?? "mjml",
    source: input.source ?? base?.source ?? "",
    subject: input.subject ?? base?.subject ?? "",
  };
  refuseControls(document);
  return readTemplate(db, addTemplate(db, { ...document, now }));
}

/**
 * Saves the given properties. Campaigns created from the template keep their own copy.
 *
 * @param ifMatch The version that the client last read; undefined skips the check.
 * @throws AppError `not_found`; `stale_version` when someone else saved in the meantime.
 */
export function changeTemplate(
  db: Connection,
  id: number,
  change: TemplateChange,
  ifMatch: number | undefined,
  now: number,
): TemplateView {
  const { name, kind, source, subject, version } = readTemplate(db, id);
  const document = { name, kind, source, subject, ...change };
  refuseControls(document);
  const isCurrent = ifMatch === undefined || ifMatch === version;
  if (!isCurrent || !replaceTemplate(db, { ...document, id, version, now })) {
    throw new AppError("stale_version", because("template_changed_meanwhile"));
  }
  return readTemplate(db, id);
}

/** Deletes a template. Campaigns keep the copy they were created with. @throws AppError `not_found`. */
export function deleteTemplate(db: Connection, id: number): void {
  if (!deleteTemplateRow(db, id)) {
    throw notFound("template");
  }
}

/**
 * Compiles a source and renders it with a contact's values, using the code that sends. Mistakes are returned as
 * problems. Stores nothing.
 *
 * @throws the errors of `contactFor` and `Renderer.show`.
 */
export async function compileTemplate(
  context: { databases: Databases; workspaceId: string; publicUrl: string; renderer: Renderer },
  input: { kind: "mjml" | "html"; source: string } & ContactChoice,
  now: number,
): Promise<{ html: string; text: string; problems: Problem[] }> {
  const { databases, workspaceId, publicUrl, renderer } = context;
  const db = databases.workspace(workspaceId);
  const { number, name, postalAddress } = workspaceFacts(databases.system, workspaceId);
  const contact = contactFor(db, input);
  const { html, text, problems } = await renderer.show(
    {
      ...unsent,
      fromName: name,
      bodyKind: input.kind,
      bodySource: input.source,
      workspace: { id: workspaceId, number, name, postalAddress },
      publicUrl,
    },
    listFieldKeys(db),
    contact,
    now,
  );
  return { html, text, problems };
}

// Placeholders for what a campaign would add to a template. They never leave this process.
const unsent = {
  subject: "",
  preheader: "",
  fromEmail: "nobody@sender.invalid",
  replyTo: "",
  textSource: null,
  trackOpens: false,
  trackClicks: false,
  domain: "sender.invalid",
  name: "",
  bounceDomain: "",
};

function requireStarter(key: string): Starter {
  const starter = starters.find((candidate) => candidate.key === key);
  if (starter === undefined) {
    throw invalidField("starter", because("unknown_starter", { key }));
  }
  return starter;
}

function refuseControls({ name, subject }: TemplateDocument): void {
  if (/\p{Cc}/u.test(name)) {
    throw invalidField("name", because("control_character"));
  }
  if (/\p{Cc}/u.test(subject)) {
    throw invalidField("subject", because("control_character"));
  }
}
