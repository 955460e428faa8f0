import { openSession } from "../../server/delivery/smtp/session.ts";
import type { SmtpOutcome } from "../../server/delivery/types.ts";
import { type HostilePeer, type HostileSmtp, startHostileSmtp } from "./hostile-smtp.ts";
import { loopbackRoute, renderedMessage } from "./smtp-messages.ts";

export const journal = { beforeDot: () => Promise.resolve() };
/** The servers of the running test. */
export const servers: HostileSmtp[] = [];
/** Long enough for a busy machine; only tests about timeouts use the short ones. */
export const timeouts = withTimeout(8_000);
export const impatient = withTimeout(250);

function withTimeout(ms: number) {
  const stages = { connectMs: ms, greetingMs: ms, heloMs: ms, mailMs: ms, rcptMs: ms };
  return { ...stages, dataMs: ms, transferMs: ms, dotMs: ms, quitMs: 50 };
}

/** A server that follows the script until `closeHostile`. */
export async function hostile(script: (peer: HostilePeer, nth: number) => Promise<void>) {
  const server = await startHostileSmtp(script);
  servers.push(server);
  return server;
}

/** Opens a session to the script and sends one message. */
export async function sendTo(
  script: (peer: HostilePeer) => Promise<void>,
  options: { beforeDot: () => Promise<void>; signal?: AbortSignal } = journal,
  patience = timeouts,
): Promise<SmtpOutcome> {
  const { port } = await hostile(script);
  const session = await openSession(loopbackRoute(port), { timeouts: patience });
  return await session.send(renderedMessage(), options);
}

/** The error with which opening a session to the script fails. */
export async function failureOf(
  script: (peer: HostilePeer) => Promise<void>,
  route = {},
  patience = timeouts,
) {
  const { port } = await hostile(script);
  return await openSession(loopbackRoute(port, route), { timeouts: patience }).then(
    () => "opened",
    (error: unknown) => error,
  );
}

/** Ends the servers of a test. */
export async function closeHostile(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.close()));
}
