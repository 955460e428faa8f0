import type { CampaignContent } from "../types.ts";
import { type BodyKind, compileBody, type Problem } from "./body.ts";
import { checkHtml } from "./content-checks.ts";
import { collectLinks } from "./links.ts";
import { lintTemplate } from "./lint.ts";
import { plainTextOf } from "./plain-text.ts";

/** A campaign as people edit it, with everything a launch has to freeze. */
export type ContentSource = Omit<CampaignContent, "html" | "text" | "links"> & {
  bodyKind: BodyKind;
  bodySource: string;
  /** null = write it from the HTML. */
  textSource: string | null;
};

/** Content, and what a person should know of it. */
export type BuiltBody = { content: CampaignContent; problems: Problem[] };

/**
 * Makes the content that a launch stores, a preview shows and a test sends: compiles the body, writes the
 * plain text when there is none, collects the links. With an `error` among the problems it must not be
 * launched.
 *
 * @param fieldKeys Keys of the workspace's custom fields; other names after `contact.` are warned about.
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
    // Lines are the source's, so MJML is checked as it was written.
    ...lintTemplate(bodySource, { where: "html", fieldKeys, checksSize: false }),
    ...lintTemplate(source.subject, { where: "subject", fieldKeys }),
    ...lintTemplate(source.preheader, { where: "preheader", fieldKeys }),
    ...(textSource === null ? [] : lintTemplate(textSource, { where: "text", fieldKeys })),
  ];
  return { content, problems: [...problems, ...lints, ...checkHtml(html)] };
}
