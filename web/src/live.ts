import { useEffect, useState } from "preact/hooks";
import type { CampaignProgress } from "../../server/app.ts";
import { apiUrl } from "./api.ts";

/**
 * How long to wait before reconnecting after the server refused a stream (ms). The browser handles lost connections
 * itself.
 */
const RETRY_MS = 15_000;

/**
 * Follows server-sent events until the returned function is called. The browser reconnects by itself when a connection
 * is lost, but not when the response was not a stream.
 */
function follow<T>(path: string, event: string, take: (value: T) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource | undefined;
  const open = () => {
    const opened = new EventSource(apiUrl(path));
    source = opened;
    opened.addEventListener(event, ({ data }: MessageEvent<string>) => take(JSON.parse(data)));
    opened.onerror = () => {
      if (opened.readyState === EventSource.CLOSED) {
        timer = setTimeout(open, RETRY_MS);
      }
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    source?.close();
  };
}

/** Follows a campaign as long as `on` is true. */
export function useCampaignProgress(
  workspaceId: string,
  campaignId: number,
  on: boolean,
): CampaignProgress | undefined {
  const [progress, setProgress] = useState<CampaignProgress>();
  useEffect(() => {
    if (!on) {
      setProgress(undefined);
      return;
    }
    const path = `/workspaces/${workspaceId}/campaigns/${campaignId}/progress`;
    return follow<CampaignProgress>(path, "progress", setProgress);
  }, [workspaceId, campaignId, on]);
  return progress;
}

/** A stream that all its readers on the page share, because a browser opens only a few connections to one host. */
export class SharedStream<T> {
  readonly #readers = new Set<(value: T) => void>();
  readonly #path: string;
  readonly #event: string;
  readonly #onValue: (value: T, before: T | undefined) => void;
  #latest: T | undefined;
  #stop: (() => void) | undefined;

  /** @param onValue Called once with each value, before the readers. */
  constructor(path: string, event: string, onValue: (value: T, before: T | undefined) => void) {
    this.#path = path;
    this.#event = event;
    this.#onValue = onValue;
  }

  get latest(): T | undefined {
    return this.#latest;
  }

  /** Passes each value to the reader until the returned function is called. */
  read(reader: (value: T) => void): () => void {
    this.#readers.add(reader);
    this.#stop ??= this.#open();
    return () => {
      this.#readers.delete(reader);
      if (this.#readers.size === 0) {
        this.#stop?.();
        this.#stop = undefined;
        this.#latest = undefined;
      }
    };
  }

  /** Requests the value at once, for example after this page has changed it. */
  readAgain(): void {
    if (this.#stop !== undefined) {
      this.#stop();
      this.#stop = this.#open();
    }
  }

  #open(): () => void {
    return follow<T>(this.#path, this.#event, (value) => {
      const before = this.#latest;
      this.#latest = value;
      this.#onValue(value, before);
      for (const reader of this.#readers) {
        reader(value);
      }
    });
  }
}
