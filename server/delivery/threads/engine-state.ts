import { log } from "../../platform/log.ts";
import type { DeliveryPorts } from "../ports.ts";
import type { MainMethods, RunProgress, WriterEvents } from "../protocol.ts";

/** A change in a campaign: in its messages, its status or its sending rate. */
export type CampaignProgress = {
  workspaceId: string;
  campaignId: number;
  /** The new status, if the campaign reached it by itself. */
  settled: string | undefined;
  /** Set while it is being sent. */
  running: Pick<RunProgress, "perSecond" | "bottleneck"> | undefined;
};

const RUNNING_FOR_MS = 2_000;

/** The state of delivery on the main thread, and the methods that its threads call. */
export class EngineState {
  readonly methods: MainMethods;
  /** Stops sending a campaign. Until the delivery thread has started there is nothing to stop. */
  halt: (campaign: { workspaceId: string; campaignId: number }) => void = () => undefined;
  readonly outcomes = new Map<string, number>();
  readonly #listeners = new Set<(event: CampaignProgress) => void>();
  readonly #running = new Map<string, RunProgress & { at: number }>();
  readonly #troubles = new Map<string, string>();

  constructor(ports: DeliveryPorts) {
    this.methods = {
      loadRoutes: async ({ workspaceId, ...choice }) => ports.loadRoutes(workspaceId, choice),
      loadDkimKey: async ({ workspaceId, domain }) => ports.loadDkimKey(workspaceId, domain),
      progress: (event) => this.#progress(event),
      health: ({ writable, reason }) => this.setHealth("delivery", writable ? undefined : reason),
    };
  }

  /** Handles what the writer has applied: halts campaigns that must pause, then informs the listeners. */
  applied(event: Parameters<WriterEvents["applied"]>[0]): void {
    const { workspaceId, campaigns, settled } = event;
    // Halting comes first, because no further message of these campaigns should be sent.
    for (const campaignId of event.pausing ?? []) {
      this.halt({ workspaceId, campaignId });
    }
    for (const [state, n] of Object.entries(event.outcomes)) {
      this.outcomes.set(state, (this.outcomes.get(state) ?? 0) + n);
    }
    for (const campaignId of campaigns) {
      this.#emit({
        workspaceId,
        campaignId,
        settled: settled.find((entry) => entry.campaignId === campaignId)?.status,
        running: this.running(workspaceId, campaignId),
      });
    }
  }

  setHealth(stream: string, reason: string | undefined): void {
    if (reason === undefined) {
      this.#troubles.delete(stream);
      log.info({ stream }, "the journal can be written again");
    } else {
      this.#troubles.set(stream, reason);
      log.error({ stream, reason }, "the journal cannot be written: nothing is sent");
    }
  }

  trouble(): string | undefined {
    const [reason] = this.#troubles.values();
    return reason === undefined ? undefined : `The journal cannot be written: ${reason}`;
  }

  running(workspaceId: string, campaignId: number): RunProgress | undefined {
    const found = this.#running.get(`${workspaceId}/${campaignId}`);
    return found !== undefined && performance.now() - found.at < RUNNING_FOR_MS ? found : undefined;
  }

  subscribe(listener: (event: CampaignProgress) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #progress(event: RunProgress): void {
    const { workspaceId, campaignId } = event;
    const now = performance.now();
    for (const [key, { at }] of this.#running) {
      if (now - at > RUNNING_FOR_MS) {
        this.#running.delete(key);
      }
    }
    this.#running.set(`${workspaceId}/${campaignId}`, { ...event, at: now });
    this.#emit({ workspaceId, campaignId, settled: undefined, running: event });
  }

  #emit(event: CampaignProgress): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        const { workspaceId, campaignId } = event;
        log.error(
          { workspaceId, campaignId, err: error },
          "a listener to campaign progress failed",
        );
      }
    }
  }
}
