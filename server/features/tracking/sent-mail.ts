import { LRUCache } from "lru-cache";
import {
  type CampaignContent,
  linkTarget,
  nobody,
  type Recipient,
  type Renderer,
} from "../../delivery/index.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { loadContent } from "../campaigns/campaign-content.service.ts";
import { findRecipient, findSentLink, type RecipientRow, type SentLink } from "./tracking.store.ts";

/** Shared by all workspaces; the least recently used are dropped first. */
const MAX_LINKS = 20_000;
const MAX_LINK_CHARS = 8_000_000;
const MAX_CONTENT_CHARS = 16_000_000;

const anonymous: Recipient = {
  seq: 0,
  contactId: 0,
  address: "",
  attempts: 0,
  contact: nobody,
};

const noFacts = {
  workspace: { id: "", number: 0, name: "", postalAddress: "" },
  name: "",
  subject: "",
};

type CampaignRef = { workspaceId: string; campaignId: number };

/**
 * Gives access to sent content: the targets of links, and messages as web pages. The content of a launched campaign
 * never changes, so it is cached for a while once read.
 */
export class SentMail {
  readonly #databases: Databases;
  readonly #renderer: Pick<Renderer, "webView">;
  readonly #links = new LRUCache<string, SentLink>({
    max: MAX_LINKS,
    maxSize: MAX_LINK_CHARS,
    sizeCalculation: ({ url, facts }) => url.length + (facts?.length ?? 0) + 1,
  });
  readonly #contents = new LRUCache<string, CampaignContent>({
    maxSize: MAX_CONTENT_CHARS,
    sizeCalculation: ({ html, text, links }) => html.length + text.length + links.length + 1,
  });

  constructor(databases: Databases, renderer: Pick<Renderer, "webView">) {
    this.#databases = databases;
    this.#renderer = renderer;
  }

  /**
   * The target of link `linkNo` for recipient `seq`; undefined when there is no such link or campaign. One row is
   * read for it the first time; a link without contact values needs nothing more.
   */
  linkTarget(campaign: CampaignRef, seq: number, linkNo: number): string | undefined {
    const link = this.#link(campaign, linkNo);
    if (link === undefined || link.facts === null) {
      return link && linkTarget(link.url, noFacts, nobody);
    }
    const contact = this.#recipient(campaign, seq)?.contact ?? nobody;
    return linkTarget(link.url, JSON.parse(link.facts), contact);
  }

  /**
   * The message as recipient `seq` got it, without the open pixel; undefined when campaign or recipient no longer
   * exists. `seq` 0 means no recipient; links of people with tracking disabled contain it.
   *
   * @throws AppError `unavailable` when too many of the workspace's messages are being rendered.
   */
  async webView(campaign: CampaignRef, seq: number): Promise<string | undefined> {
    const content = this.#content(campaign);
    const recipient = seq === 0 ? anonymous : this.#recipient(campaign, seq);
    if (content === undefined || recipient === undefined) {
      return undefined;
    }
    const { campaignId } = campaign;
    return await this.#renderer.webView({ campaignId, content, recipient, date: Date.now() });
  }

  #link(campaign: CampaignRef, linkNo: number): SentLink | undefined {
    const { workspaceId, campaignId } = campaign;
    const key = `${workspaceId}:${campaignId}:${linkNo}`;
    let link = this.#links.get(key);
    if (link === undefined) {
      link = findSentLink(this.#databases.workspace(workspaceId), campaignId, linkNo);
      if (link !== undefined) {
        this.#links.set(key, link);
      }
    }
    return link;
  }

  #content(campaign: CampaignRef): CampaignContent | undefined {
    const key = `${campaign.workspaceId}:${campaign.campaignId}`;
    let content = this.#contents.get(key);
    if (content === undefined) {
      content = loadContent(this.#databases.workspace(campaign.workspaceId), campaign.campaignId);
      if (content !== undefined) {
        this.#contents.set(key, content);
      }
    }
    return content;
  }

  #recipient({ workspaceId, campaignId }: CampaignRef, seq: number): Recipient | undefined {
    const row = findRecipient(this.#databases.workspace(workspaceId), campaignId, seq);
    return row && toRecipient(row, seq);
  }
}

function toRecipient(row: RecipientRow, seq: number): Recipient {
  return {
    seq,
    contactId: row.contactId,
    address: row.address,
    attempts: 0,
    contact: {
      id: row.contactId,
      email: row.email ?? row.address,
      first_name: row.firstName ?? "",
      last_name: row.lastName ?? "",
      language: row.language ?? "",
      tracking_off: row.trackingOff === 1,
      fields: JSON.parse(row.fields ?? "{}"),
    },
  };
}
