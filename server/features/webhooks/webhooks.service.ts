import { randomBytes } from "node:crypto";
import type { Connection } from "../../platform/db/driver.ts";
import { because, invalidField, notFound } from "../../platform/errors.ts";
import { decryptSecret, encryptSecret, type KeyRing } from "../../platform/secrets.ts";
import { spokenReason } from "../../reasons/because.ts";
import { hookToken } from "./hook-token.ts";
import { SECRET_PURPOSE } from "./hooks.service.ts";
import { secretOf } from "./webhook-providers.ts";
import type { WebhookView } from "./webhooks.schema.ts";
import { changeWebhook, findPresetOf, findWebhook } from "./webhooks.store.ts";

/** The workspace and route of a webhook, and our public URL. */
export type WebhookContext = {
  keyRing: KeyRing;
  workspace: { number: number };
  publicUrl: string;
};

const PASSWORD_BYTES = 24;

/**
 * A route's webhook: the URL to enter at the provider, and whether it works. If the provider authenticates with a
 * password, it is generated on the first request.
 *
 * @throws AppError `not_found` for a deleted route, or one whose provider reports by mail only.
 */
export function readWebhook(db: Connection, context: WebhookContext, routeId: number): WebhookView {
  const { preset, secret } = required(db, routeId);
  if (secret === "password" && findWebhook(db, routeId).secret === "") {
    changeWebhook(db, routeId, { secret: newPassword(context.keyRing) });
  }
  const row = findWebhook(db, routeId);
  const { generation, topic, lastEventAt } = row;
  const { reason: lastFault, cause: lastFaultCause } = spokenReason(row.lastFault);
  const subject = { workspaceNumber: context.workspace.number, routeId, generation };
  const url = new URL(
    `/api/v1/hooks/${preset}/${hookToken(context.keyRing, subject)}`,
    context.publicUrl,
  );
  const password =
    secret === "password" ? decryptSecret(context.keyRing, SECRET_PURPOSE, row.secret) : null;
  if (password !== null) {
    url.username = "swiftmail";
    url.password = password;
  }
  return {
    provider: preset,
    url: url.href,
    password,
    needsKey: secret === "key",
    hasKey: secret === "key" && row.secret !== "",
    topic,
    lastEventAt,
    lastFault,
    lastFaultCause,
    counts: JSON.parse(row.counts) as Record<string, number>,
  };
}

/**
 * Stores the verification key that the provider shows.
 *
 * @throws AppError `not_found`; `invalid_input` when the provider uses no key.
 */
export function storeWebhookKey(
  db: Connection,
  context: WebhookContext,
  routeId: number,
  key: string,
): WebhookView {
  if (required(db, routeId).secret !== "key") {
    throw invalidField("key", because("webhook_key_unused"));
  }
  const secret = encryptSecret(context.keyRing, SECRET_PURPOSE, key.trim());
  changeWebhook(db, routeId, { secret, lastFault: "" });
  return readWebhook(db, context, routeId);
}

/** Invalidates the URL and returns a new one with a new password. The subscribed topic is deleted. */
export function renewWebhook(
  db: Connection,
  context: WebhookContext,
  routeId: number,
): WebhookView {
  const { secret } = required(db, routeId);
  const { generation } = findWebhook(db, routeId);
  changeWebhook(db, routeId, {
    generation: generation + 1,
    topic: "",
    lastFault: "",
    ...(secret === "password" ? { secret: newPassword(context.keyRing) } : {}),
  });
  return readWebhook(db, context, routeId);
}

function required(db: Connection, routeId: number) {
  const preset = findPresetOf(db, routeId);
  const secret = preset === undefined ? undefined : secretOf(preset);
  if (preset === undefined || secret === undefined) {
    throw notFound("webhook");
  }
  return { preset, secret };
}

function newPassword(keyRing: KeyRing): string {
  const password = randomBytes(PASSWORD_BYTES).toString("base64url");
  return encryptSecret(keyRing, SECRET_PURPOSE, password);
}
