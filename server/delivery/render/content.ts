import type { CampaignContent } from "../types.ts";
import { type BodyKind, compileBody, type Problem } from "./body.ts";
import { checkHtml } from "./content-checks.ts";
import { collectLinks } from "./links.ts";
import { lintTemplate } from "./lint.ts";
import { plainTextOf } from "./plain-text.ts";

/** A campaign as people edit it, with everything that a launch freezes. */
export type ContentSource = Omit<CampaignContent, "html" | "text" | "links"> & {
  bodyKind: BodyKind;
  bodySource: string;
  /** null = generate it from the HTML. */
  textSource: string | null;
};

/** The built content and the problems found in it. */
export type BuiltBody = { content: CampaignContent; problems: Problem[] };

/**
 * Builds the content that a launch stores, a preview shows and a test sends: compiles the body, generates the plain
 * text when there is none, collects the links. If the problems include an `error`, the content must not be launched.
 *
 * @param fieldKeys Keys of the workspace's custom fields; other names after `contact.` produce a warning.
 */
export async function buildContent(
  source: ContentSource,
  fieldKeys?: readonly string[],
): Promise<BuiltBody> {
  const { bodyKind, bodySource, textSource, ...rest } = source;
  const { html, problems } = await compileBody(bodyKind, bodySource);
  const text = textSource ?? plainTextOf(html);
  const content = { ...rest, html, text, links: collectLinks(html) };
  const lints = [
    // MJML is checked as written, so that line numbers refer to the author's source.
    ...lintTemplate(bodySource, { where: "html", fieldKeys, checksSize: false }),
    ...lintTemplate(source.subject, { where: "subject", fieldKeys }),
    ...lintTemplate(source.preheader, { where: "preheader", fieldKeys }),
    ...(textSource === null ? [] : lintTemplate(textSource, { where: "text", fieldKeys })),
  ];
  return { content, problems: [...problems, ...lints, ...checkHtml(html)] };
}
