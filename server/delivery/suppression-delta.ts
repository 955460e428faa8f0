const KEEP_MS = 10 * 60_000;

const BLOCKED_DOMAIN = "suppressed_blocked_domain";

/** Why somebody gets nothing more, when they said so themselves. */
export type TurnedAway = "unsubscribed" | "complaint";

type Entry = { at: number; reason: string };

/** Instead of a workspace's id: what no workspace of the instance may mail. */
export const EVERYWHERE = "*";

/**
 * The addresses that were suppressed since the messages in hand were read: asked at the last moment
 * before the dot. An entry is kept for ten minutes, in which the ingester has written it where later
 * reads see it, and for as long as the workspace has messages in hand that were read before.
 *
 * `@example.com` stands for everybody at that domain, `@.example.com` for everybody at its sub-domains.
 */
export class SuppressionDelta {
  readonly #byWorkspace = new Map<string, Map<string, Entry>>();

  /** @param reason As a skipped message has it; left out, what was known before holds, or that they left. */
  add(workspaceId: string, address: string, now: number, reason?: string): void {
    let addresses = this.#byWorkspace.get(workspaceId);
    if (addresses === undefined) {
      addresses = new Map();
      this.#byWorkspace.set(workspaceId, addresses);
    }
    const known = addresses.get(address)?.reason;
    addresses.delete(address);
    addresses.set(address, { at: now, reason: reason ?? known ?? "suppressed_unsubscribed" });
  }

  /** The address may be mailed again: whoever took it off the list has done so in the database too. */
  remove(workspaceId: string, address: string): void {
    this.#byWorkspace.get(workspaceId)?.delete(address);
  }

  has(workspaceId: string, address: string): boolean {
    return this.reasonOf(workspaceId, address) !== undefined;
  }

  /** Why the address gets nothing more, as the reason of a skipped message; undefined when it may be mailed. */
  reasonOf(workspaceId: string, address: string): string | undefined {
    return this.#reasonIn(workspaceId, address) ?? this.#reasonIn(EVERYWHERE, address);
  }

  #reasonIn(workspaceId: string, address: string): string | undefined {
    const addresses = this.#byWorkspace.get(workspaceId);
    if (addresses === undefined || addresses.size === 0) {
      return undefined;
    }
    const own = addresses.get(address);
    if (own !== undefined) {
      return own.reason;
    }
    const domain = address.slice(address.lastIndexOf("@") + 1);
    for (let dot = domain.indexOf("."); dot !== -1; dot = domain.indexOf(".", dot + 1)) {
      if (addresses.has(`@.${domain.slice(dot + 1)}`)) {
        return BLOCKED_DOMAIN;
      }
    }
    return addresses.has(`@${domain}`) ? BLOCKED_DOMAIN : undefined;
  }

  /** Forgets what is old, in workspaces that have nothing in hand. */
  sweep(isBusy: (workspaceId: string) => boolean, now: number): void {
    for (const [workspaceId, addresses] of this.#byWorkspace) {
      const newest = [...addresses.values()].at(-1)?.at ?? 0;
      if (!isBusy(workspaceId) && now - newest > KEEP_MS) {
        this.#byWorkspace.delete(workspaceId);
      }
    }
  }
}
