import {
  loadTokenKeys,
  type TokenKeys,
  trackingToken,
  type UrlPurpose,
} from "../../delivery/index.ts";
import { workspaceFacts } from "../templates/message-scope.service.ts";
import type { ContactMailDeps } from "./contact-mail.service.ts";

/** Addresses of pages for one person, in the workspace's name. */
export class RecipientUrls {
  readonly #keys: TokenKeys;
  readonly #number: number;
  readonly #publicUrl: string;

  constructor(
    deps: Pick<ContactMailDeps, "databases" | "keyRing" | "publicUrl">,
    workspaceId: string,
  ) {
    this.#keys = loadTokenKeys(deps.keyRing);
    this.#number = workspaceFacts(deps.databases.system, workspaceId).number;
    this.#publicUrl = deps.publicUrl();
  }

  signup(id: number): string {
    return `${this.#publicUrl}/f/confirm/${this.#token("signup", id, 0)}`;
  }

  newAddress(id: number): string {
    return `${this.#publicUrl}/p/confirm/${this.#token("newAddress", id, 0)}`;
  }

  preferences(contactId: number): string {
    return `${this.#publicUrl}/p/${this.#token("preferences", 0, contactId)}`;
  }

  #token(purpose: UrlPurpose, campaignId: number, link: number): string {
    const subject = { workspaceNumber: this.#number, campaignId, seq: 0, link };
    return trackingToken(this.#keys, purpose, subject);
  }
}
