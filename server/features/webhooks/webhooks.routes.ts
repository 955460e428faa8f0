import { Elysia, t } from "elysia";
import { textUpTo } from "../../platform/http/body-limit.ts";
import { ProblemSchema, refusals, WorkspaceItemParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { HookCounts } from "./hook-counts.ts";
import { Hooks } from "./hooks.service.ts";
import { HookAnswer, HookParams, WebhookKey, WebhookView } from "./webhooks.schema.ts";
import { readWebhook, renewWebhook, storeWebhookKey } from "./webhooks.service.ts";

const MAX_HOOK_BYTES = 4 * 1024 * 1024;

export const webhookRoutes = (deps: AppDeps) => {
  const { guard, databases, keyRing, clock, outside } = deps;
  const counts = new HookCounts(databases, clock);
  const hooks = new Hooks({
    databases,
    keyRing,
    clock,
    counts,
    fetchText: (url) => outside.fetchText(url),
    recordFact: (fact) => outside.recordFact(fact),
  });
  const contextOf = (workspace: { number: number }) => ({
    keyRing,
    workspace,
    publicUrl: outside.publicUrl(),
  });
  const path = "/workspaces/:workspaceId/routes/:id/webhook";
  const asked = {
    permission: "sending:write",
    params: WorkspaceItemParams,
    response: { 200: WebhookView, ...refusals },
  } as const;

  return new Elysia({ name: "webhooks", detail: { tags: ["Webhooks"] } })
    .use(guard)
    .post(
      "/hooks/:provider/:token",
      ({ params, body, request }) =>
        hooks.receive(params.provider, params.token, {
          headers: request.headers,
          body: body ?? "",
        }),
      {
        audit: {
          none: "a provider's reports are facts of the journal, stored with the recipient",
        },
        open: "providers have no account; the URL is authenticated, and the request proves who sent it",
        params: HookParams,
        // Signatures cover the raw bytes, whatever content type the provider sends.
        parse: ({ request, params }: { request: Request; params: typeof HookParams.static }) => {
          hooks.requireAddress(params.provider, params.token);
          return textUpTo(request, MAX_HOOK_BYTES);
        },
        body: t.Optional(t.String({ maxLength: MAX_HOOK_BYTES })),
        response: { 200: HookAnswer, 401: ProblemSchema, 404: ProblemSchema, 503: ProblemSchema },
        detail: {
          summary: "Report bounces and complaints (providers call this)",
          requestBody: { required: false, content: { "*/*": { schema: { type: "string" } } } },
        },
      },
    )
    .get(
      path,
      ({ db, params, workspace }) => {
        counts.flush();
        return readWebhook(db, contextOf(workspace), params.id);
      },
      { ...asked, detail: { summary: "Get a sending method's webhook" } },
    )
    .put(
      path,
      ({ db, params, body, workspace }) =>
        storeWebhookKey(db, contextOf(workspace), params.id, body.key),
      {
        ...asked,
        audit: "route.webhook-key",
        body: WebhookKey,
        detail: { summary: "Store the key that verifies a provider's requests" },
      },
    )
    .post(
      `${path}/renew`,
      ({ db, params, workspace }) => renewWebhook(db, contextOf(workspace), params.id),
      {
        ...asked,
        audit: "route.webhook-renew",
        detail: { summary: "Replace the webhook URL with a new one" },
      },
    );
};
