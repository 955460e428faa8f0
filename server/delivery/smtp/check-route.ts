import {
  because,
  type CodedReason,
  coded,
  type Reason,
  reasonWith,
} from "../../platform/errors.ts";
import { asSentence } from "../../reasons/sentence.ts";
import type { Route, SmtpStage } from "../types.ts";
import { checkDirect, type DirectCheckOptions } from "./check-direct.ts";
import { formatReply, innerFault, SmtpFailure, SmtpRefusal } from "./failure.ts";
import { connectRoute, type SessionOptions } from "./handshake.ts";

/** One stage of a check: the server's reply, or what happened. `cause` is null when `message` is the server's reply. */
export type RouteCheckStep = {
  stage: SmtpStage;
  ok: boolean;
  message: string;
  cause: CodedReason | null;
};
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
    onStep: (stage, said) => steps.push({ stage, ok: true, ...worded(said) }),
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

type Said = Pick<RouteCheckStep, "message" | "cause">;

function worded(said: string | Reason): Said {
  return typeof said === "string"
    ? { message: said, cause: null }
    : { message: said.text, cause: coded(said) };
}

function explain(error: unknown, route: Route): { stage: SmtpStage } & Said {
  if (error instanceof SmtpRefusal) {
    return { stage: error.stage, ...worded(explainRefusal(error, route)) };
  }
  if (error instanceof SmtpFailure) {
    const { message, cause } = worded(explainFailure(error, route));
    return { stage: error.stage, message: asSentence(message), cause };
  }
  throw error;
}

function explainRefusal({ stage, reply }: SmtpRefusal, { oauth, username }: Route): Reason {
  const said = formatReply(reply);
  switch (stage) {
    case "auth":
      return because(oauth === undefined ? "refused_password" : "refused_token", {
        username,
        said,
      });
    case "greeting":
      return because("refused_connection", { said });
    case "starttls":
      return because("refused_starttls", { said });
    default:
      return because("refused_step", { said });
  }
}

function explainFailure(failure: SmtpFailure, { kind, security }: Route): string | Reason {
  const { stage, fault, message, why } = failure;
  const inner = { fault: innerFault(failure) };
  if (kind === "direct" && stage === "connect" && fault !== "config") {
    return because("advice_port_25", inner);
  }
  if (stage === "greeting" && security !== "tls" && fault !== "connection") {
    return because("advice_use_tls", inner);
  }
  if (stage === "starttls" && security === "tls" && /version|wrong|packet/i.test(message)) {
    return because("advice_use_starttls", inner);
  }
  return why === undefined ? message : reasonWith(why);
}
