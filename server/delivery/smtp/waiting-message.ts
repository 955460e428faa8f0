import { SmtpAbandoned } from "./failure.ts";
import type { SmtpSession } from "./session.ts";
import type { Envelope, SendOptions } from "./transaction.ts";

/** A message that waits for a connection. */
export type WaitingMessage = {
  message: Envelope;
  isStillWanted: (() => boolean) | undefined;
  resolve: (session: SmtpSession) => void;
  reject: (error: unknown) => void;
  /** The caller has cancelled it. */
  isGone: boolean;
};

/**
 * Makes a message wait for a connection. `session` resolves with that connection and rejects when the wait is given
 * up. When `signal` fires, it rejects with SmtpAbandoned and `onGone` is called.
 */
export function waitForSession(
  message: Envelope,
  { signal, isStillWanted }: SendOptions,
  onGone: (waiting: WaitingMessage) => void,
): { waiting: WaitingMessage; session: Promise<SmtpSession> } {
  const { promise, resolve, reject } = Promise.withResolvers<SmtpSession>();
  const onAbort = () => {
    waiting.isGone = true;
    onGone(waiting);
    reject(new SmtpAbandoned());
  };
  const waiting: WaitingMessage = {
    message,
    isStillWanted,
    isGone: false,
    resolve: (session) => {
      signal?.removeEventListener("abort", onAbort);
      resolve(session);
    },
    reject: (error) => {
      signal?.removeEventListener("abort", onAbort);
      reject(error);
    },
  };
  signal?.addEventListener("abort", onAbort);
  return { waiting, session: promise };
}
