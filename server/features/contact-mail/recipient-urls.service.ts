import { loadTokenKeys, type TokenKeys, trackingToken } from "../../delivery/index.ts";
import { workspaceFacts } from "../templates/message-scope.service.ts";
import type { ContactMailDeps } from "./contact-mail.service.ts";

/** Builds the URLs of pages for one person, in the workspace's name. */
export class RecipientUrls {
  readonly #keys: TokenKeys;
  readonly #workspace: { workspaceNumber: number };
  readonly #publicUrl: string;

  constructor(
    deps: Pick<ContactMailDeps, "databases" | "keyRing" | "publicUrl">,
    workspaceId: string,
  ) {
    this.#keys = loadTokenKeys(deps.keyRing);
    const { number } = workspaceFacts(deps.databases.system, workspaceId);
    this.#workspace = { workspaceNumber: number };
    this.#publicUrl = deps.publicUrl();
  }

  signup(signupId: number): string {
    return `${this.#publicUrl}/f/confirm/${trackingToken(this.#keys, "signup", { ...this.#workspace, signupId })}`;
  }

  newAddress(changeId: number): string {
    return `${this.#publicUrl}/p/confirm/${trackingToken(this.#keys, "newAddress", { ...this.#workspace, changeId })}`;
  }

  preferences(contactId: number): string {
    const subject = { ...this.#workspace, campaignId: 0, seq: 0, contactId };
    return `${this.#publicUrl}/p/${trackingToken(this.#keys, "preferences", subject)}`;
  }
}
