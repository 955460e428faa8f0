const KEEP_MS = 10 * 60_000;

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
  readonly #byWorkspace = new Map<string, Map<string, number>>();

  add(workspaceId: string, address: string, now: number): void {
    let addresses = this.#byWorkspace.get(workspaceId);
    if (addresses === undefined) {
      addresses = new Map();
      this.#byWorkspace.set(workspaceId, addresses);
    }
    addresses.delete(address);
    addresses.set(address, now);
  }

  /** The address may be mailed again: whoever took it off the list has done so in the database too. */
  remove(workspaceId: string, address: string): void {
    this.#byWorkspace.get(workspaceId)?.delete(address);
  }

  has(workspaceId: string, address: string): boolean {
    return this.#hasIn(workspaceId, address) || this.#hasIn(EVERYWHERE, address);
  }

  #hasIn(workspaceId: string, address: string): boolean {
    const addresses = this.#byWorkspace.get(workspaceId);
    if (addresses === undefined || addresses.size === 0) {
      return false;
    }
    if (addresses.has(address)) {
      return true;
    }
    const domain = address.slice(address.lastIndexOf("@") + 1);
    for (let dot = domain.indexOf("."); dot !== -1; dot = domain.indexOf(".", dot + 1)) {
      if (addresses.has(`@.${domain.slice(dot + 1)}`)) {
        return true;
      }
    }
    return addresses.has(`@${domain}`);
  }

  /** Forgets what is old, in workspaces that have nothing in hand. */
  sweep(isBusy: (workspaceId: string) => boolean, now: number): void {
    for (const [workspaceId, addresses] of this.#byWorkspace) {
      const newest = [...addresses.values()].at(-1) ?? 0;
      if (!isBusy(workspaceId) && now - newest > KEEP_MS) {
        this.#byWorkspace.delete(workspaceId);
      }
    }
  }
}
