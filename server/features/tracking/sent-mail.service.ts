import { LRUCache } from "lru-cache";
import {
  type CampaignContent,
  type CompiledCampaign,
  compileCampaign,
  linkTarget,
  nobody,
  type Recipient,
  renderWebView,
  type TokenKeys,
} from "../../delivery/index.ts";
import type { Databases } from "../../platform/db/databases.ts";
import { loadContent } from "../campaigns/campaign-content.service.ts";
import { findRecipient, type RecipientRow } from "./tracking.store.ts";

const MAX_CONTENTS = 2_000;
const MAX_COMPILED = 100;

const anonymous: Recipient = {
  seq: 0,
  contactId: 0,
  address: "",
  attempts: 0,
  contact: nobody,
};

type CampaignRef = { workspaceId: string; campaignId: number };

/**
 * What was sent, looked at again: where a link leads for its recipient, and the message as a page. A
 * launched campaign's content never changes, so what has been read once is kept in memory.
 */
export class SentMail {
  readonly #databases: Databases;
  readonly #keys: TokenKeys;
  readonly #contents = new LRUCache<string, CampaignContent>({ max: MAX_CONTENTS });
  readonly #compiled = new LRUCache<string, Promise<CompiledCampaign>>({ max: MAX_COMPILED });

  constructor(databases: Databases, keys: TokenKeys) {
    this.#databases = databases;
    this.#keys = keys;
  }

  /** Where link `linkNo` leads for recipient `seq`; undefined when there is no such link or campaign. */
  linkTarget(campaign: CampaignRef, seq: number, linkNo: number): string | undefined {
    const content = this.#content(campaign);
    const link = content?.links[linkNo - 1];
    if (content === undefined || link === undefined) {
      return undefined;
    }
    // Only a link with Liquid in it depends on the contact: the others need no row.
    const contact = /{{|{%/.test(link) ? this.#recipient(campaign, seq)?.contact : nobody;
    return linkTarget(content, linkNo, contact ?? nobody);
  }

  /**
   * The message as recipient `seq` got it, without the open pixel; undefined when either is gone. `seq` 0 is
   * nobody: what the links of people with tracking off lead to.
   */
  async webView(campaign: CampaignRef, seq: number): Promise<string | undefined> {
    const content = this.#content(campaign);
    const found = seq === 0 ? anonymous : this.#recipient(campaign, seq);
    if (content === undefined || found === undefined) {
      return undefined;
    }
    const compiled = await this.#compile(campaign, content);
    return renderWebView(compiled, found, Date.now()).html;
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

  #compile(campaign: CampaignRef, content: CampaignContent): Promise<CompiledCampaign> {
    const key = `${campaign.workspaceId}:${campaign.campaignId}`;
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      compiled = compileCampaign(content, { campaignId: campaign.campaignId, keys: this.#keys });
      this.#compiled.set(key, compiled);
    }
    return compiled;
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
