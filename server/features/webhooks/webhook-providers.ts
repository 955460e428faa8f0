import { timingSafeEqual } from "node:crypto";
import type { HookEvent, Json } from "./hook-event.ts";
import { readBrevoEvents } from "./providers/brevo-events.ts";
import { isSignedByMailgun, readMailgunEvents } from "./providers/mailgun-events.ts";
import { readMailjetEvents } from "./providers/mailjet-events.ts";
import { readPostmarkEvents } from "./providers/postmark-events.ts";
import { isSignedBySendGrid, readSendGridEvents } from "./providers/sendgrid-events.ts";

/** The parts of a webhook request that prove its origin. */
export type HookRequest = { headers: Headers; body: string; json: Json; now: number };

/** How a provider proves its identity, and how its events are read. */
export type WebhookProvider = {
  /**
   * none: the provider signs with its own key (SES); key: it shows a verification key, which is stored here;
   * password: we generate one, and the provider signs in with it.
   */
  secret: "none" | "key" | "password";
  isProved(request: HookRequest, secret: string): boolean;
  read(json: Json): HookEvent[];
};

/** Providers that prove a request by the request itself and a stored secret. SES is handled separately in sns.ts. */
const providers: Record<string, WebhookProvider> = {
  sendgrid: {
    secret: "key",
    isProved: ({ headers, body }, secret) => isSignedBySendGrid(headers, body, secret),
    read: readSendGridEvents,
  },
  mailgun: {
    secret: "key",
    isProved: ({ json, now }, secret) => isSignedByMailgun(json, secret, now),
    read: readMailgunEvents,
  },
  postmark: { secret: "password", isProved: hasPassword, read: readPostmarkEvents },
  brevo: { secret: "password", isProved: hasPassword, read: readBrevoEvents },
  mailjet: { secret: "password", isProved: hasPassword, read: readMailjetEvents },
};

/** The kind of secret that the provider's webhook needs; undefined when we support no webhook for it. */
export function secretOf(preset: string): WebhookProvider["secret"] | undefined {
  return preset === "ses" ? "none" : findProvider(preset)?.secret;
}

export function findProvider(preset: string): WebhookProvider | undefined {
  return Object.hasOwn(providers, preset) ? providers[preset] : undefined;
}

/** Basic with any user name, or Bearer: the methods that providers can be configured to use. */
function hasPassword({ headers }: HookRequest, secret: string): boolean {
  const [scheme = "", value = ""] = (headers.get("authorization") ?? "").split(" ", 2);
  const basic = () => Buffer.from(value, "base64").toString("utf8");
  const password =
    scheme.toLowerCase() === "basic"
      ? basic().slice(basic().indexOf(":") + 1)
      : scheme.toLowerCase() === "bearer"
        ? value
        : "";
  const [given, right] = [Buffer.from(password), Buffer.from(secret)];
  return secret !== "" && given.length === right.length && timingSafeEqual(given, right);
}
