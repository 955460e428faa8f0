import type { Route, SmtpStage } from "../types.ts";
import { checkDirect, type DirectCheckOptions } from "./check-direct.ts";
import { formatReply, SmtpFailure, SmtpRefusal } from "./failure.ts";
import { connectRoute, type SessionOptions } from "./handshake.ts";

/** One stage of a check, worded for the person who set up the route. */
export type RouteCheckStep = { stage: SmtpStage; ok: boolean; message: string };
export type RouteCheck = { ok: boolean; steps: RouteCheckStep[] };

/** Shorter than for mail, because a person is waiting for the result. */
const checkTimeouts = {
  connectMs: 10_000,
  greetingMs: 20_000,
  heloMs: 15_000,
  authMs: 20_000,
};

/**
 * Connects, starts TLS and signs in as for a real message, but sends no mail. Reports each stage with the server's own
 * reply. Errors of the server are reported, not thrown.
 */
export async function checkRoute(
  route: Route,
  options: DirectCheckOptions = {},
): Promise<RouteCheck> {
  const steps: RouteCheckStep[] = [];
  const own: DirectCheckOptions = {
    ...options,
    timeouts: { ...checkTimeouts, ...options.timeouts },
    onStep: (stage, message) => steps.push({ stage, ok: true, message }),
  };
  try {
    await (route.kind === "direct" ? checkDirect(route, own) : checkHost(route, own));
    return { ok: true, steps };
  } catch (error) {
    steps.push({ ...explain(error, route), ok: false });
    return { ok: false, steps };
  }
}

async function checkHost(route: Route, options: SessionOptions): Promise<void> {
  const [source] = route.sources ?? [];
  const heloName = source?.heloName || route.heloName;
  const { wire } = await connectRoute(route, {
    ...options,
    ...(heloName ? { heloName } : {}),
    ...(source === undefined ? {} : { localAddress: source.address }),
  });
  wire.write("QUIT\r\n");
  await wire.reply("quit", 2_000).catch(() => undefined);
  wire.end();
}

function explain(error: unknown, route: Route): { stage: SmtpStage; message: string } {
  if (error instanceof SmtpRefusal) {
    return { stage: error.stage, message: explainRefusal(error, route) };
  }
  if (error instanceof SmtpFailure) {
    return { stage: error.stage, message: explainFailure(error, route) };
  }
  throw error;
}

function explainRefusal({ stage, reply }: SmtpRefusal, route: Route): string {
  const said = `The server said: ${formatReply(reply)}`;
  switch (stage) {
    case "auth":
      if (route.oauth !== undefined) {
        return `The server did not accept the access token for "${route.username}". ${said}`;
      }
      return `The server did not accept the username "${route.username}" or its password. ${said}`;
    case "greeting":
      return `The server turned the connection away. ${said}`;
    case "starttls":
      return `The server offers STARTTLS but would not start it. ${said}`;
    default:
      return said;
  }
}

function explainFailure({ stage, fault, message }: SmtpFailure, route: Route): string {
  const sentence = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  if (route.kind === "direct" && stage === "connect" && fault !== "config") {
    return `${sentence} Many hosters block port 25; ask yours to open it, or send through a relay.`;
  }
  if (stage === "greeting" && route.security !== "tls" && fault !== "connection") {
    return `${sentence} If this port expects TLS from the first byte (465 does), choose TLS.`;
  }
  if (stage === "starttls" && route.security === "tls" && /version|wrong|packet/i.test(message)) {
    return `${sentence} If this port starts in clear (587 and 25 do), choose STARTTLS.`;
  }
  return sentence;
}
