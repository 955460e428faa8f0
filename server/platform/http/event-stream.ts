import type { Clock } from "../clock.ts";
import { log } from "../log.ts";

/** After this time the browser reconnects, and its permissions are checked again. */
const MAX_MS = 15 * 60_000;

type Source<T> = {
  /** The name of the events. Each event contains a value as JSON. */
  name: string;
  /** Read before the stream begins, so that a refusal is an ordinary response. */
  first: T;
  /** Waits, then returns the next value. An error ends the stream, and the page reconnects. */
  read: (before: T) => T;
  /** How long to wait after a value (ms); undefined after the last value. */
  waitMs: (value: T) => number | undefined;
  /** Converts a value to what is sent. */
  textOf: (value: T) => string;
  isStillAllowed: () => Promise<boolean>;
  clock: Clock;
};

/**
 * A response of server-sent events. A value with the same text as the previous one is not sent again; a comment keeps
 * the connection open instead. The stream ends when the reader leaves, signs out or loses access, and after 15 minutes.
 */
export function eventStream<T>(source: Source<T>): Response {
  return new Response(streamOf(source), {
    headers: {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      // Stops proxies such as nginx from buffering the events.
      "x-accel-buffering": "no",
    },
  });
}

function streamOf<T>(source: Source<T>): ReadableStream<Uint8Array> {
  const { name, read, waitMs, textOf, isStillAllowed, clock } = source;
  const startedAt = clock();
  const encoder = new TextEncoder();
  let value = source.first;
  let sent: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  return new ReadableStream({
    start(controller) {
      // A stream that its reader cancelled is already closed, and closing it again throws.
      const end = () => {
        if (!isOver) {
          isOver = true;
          controller.close();
        }
      };
      const tell = () => {
        const text = textOf(value);
        const event = text === sent ? ":\n\n" : `event: ${name}\ndata: ${text}\n\n`;
        controller.enqueue(encoder.encode(event));
        sent = text;
      };
      const tick = async () => {
        try {
          const isAllowed = await isStillAllowed();
          if (isOver) {
            return;
          }
          if (!isAllowed) {
            end();
            return;
          }
          value = read(value);
          tell();
          next();
        } catch (error) {
          // For example, the workspace was closed in the meantime.
          log.debug({ err: error, name }, "event stream ended");
          end();
        }
      };
      const next = () => {
        const wait = waitMs(value);
        if (wait === undefined || clock() - startedAt > MAX_MS) {
          end();
          return;
        }
        timer = setTimeout(tick, wait);
      };
      tell();
      next();
    },
    cancel() {
      isOver = true;
      clearTimeout(timer);
    },
  });
}
