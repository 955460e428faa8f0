// This file is separate from previews, which load the compilers of MJML and HTML: 35 MB in each thread, needed only by
// the render threads.
import type { CampaignContent, ContactFields } from "../types.ts";
import { parseLink, renderLink } from "./links.ts";
import { TemplateError } from "./liquid-engine.ts";

/** An empty contact, for previews and anonymous web views. */
export const emptyContact: ContactFields = {
  id: 0,
  email: "",
  first_name: "",
  last_name: "",
  language: "",
  tracking_off: true,
  fields: {},
};

/** The campaign data, besides the contact, that a link may refer to. */
export type LinkSource = Pick<CampaignContent, "workspace" | "name" | "subject">;

/** The target of a campaign's link for one contact; undefined when it cannot be rendered for this contact. */
export function linkTarget(
  link: string,
  source: LinkSource,
  contact: ContactFields,
): string | undefined {
  try {
    return renderLink(parseLink(link), {
      contact: { ...contact.fields, ...builtIns(contact) },
      workspace: { name: source.workspace.name, postal_address: source.workspace.postalAddress },
      campaign: { name: source.name, subject: source.subject },
    });
  } catch (error) {
    if (error instanceof TemplateError) {
      return undefined;
    }
    throw error;
  }
}

function builtIns({ email, first_name, last_name, language }: ContactFields) {
  return { email, first_name, last_name, language };
}
