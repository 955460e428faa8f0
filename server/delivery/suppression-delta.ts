const KEEP_MS = 10 * 60_000;

/**
 * The addresses that were suppressed since the messages in hand were read: asked at the last moment
 * before the dot. An entry is kept for ten minutes, in which the ingester has written it where later
 * reads see it, and for as long as the workspace has messages in hand that were read before.
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

  has(workspaceId: string, address: string): boolean {
    return this.#byWorkspace.get(workspaceId)?.has(address) ?? false;
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
