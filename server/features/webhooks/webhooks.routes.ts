import { Elysia, t } from "elysia";
import { textUpTo } from "../../platform/http/body-limit.ts";
import { ProblemSchema, refusals, WorkspaceItemParams } from "../../platform/http/schemas.ts";
import { auditEntry as entry } from "../audit/audit.service.ts";
import type { AppDeps } from "../deps.ts";
import { HookCounts } from "./hook-counts.ts";
import { Hooks } from "./hooks.service.ts";
import { HookAnswer, HookParams, WebhookKey, WebhookView } from "./webhooks.schema.ts";
import { readWebhook, renewWebhook, storeWebhookKey } from "./webhooks.service.ts";

const MAX_HOOK_BYTES = 4 * 1024 * 1024;

export const webhookRoutes = (deps: AppDeps) => {
  const { guard, databases, keyRing, clock, outside, audit } = deps;
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
        open: "providers have no account; the address is authenticated, and the request proves its sender",
        params: HookParams,
        // Signatures are over the bytes as they came, whatever type the provider says they are.
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
      { ...asked, detail: { summary: "Read a route's webhook" } },
    )
    .put(
      path,
      ({ db, params, body, workspace, actor }) => {
        const view = storeWebhookKey(db, contextOf(workspace), params.id, body.key);
        audit.record(entry(actor, workspace, "route.webhook-key", params.id));
        return view;
      },
      { ...asked, body: WebhookKey, detail: { summary: "Store the key a provider signs with" } },
    )
    .post(
      `${path}/renew`,
      ({ db, params, workspace, actor }) => {
        const view = renewWebhook(db, contextOf(workspace), params.id);
        audit.record(entry(actor, workspace, "route.webhook-renew", params.id));
        return view;
      },
      { ...asked, detail: { summary: "Make the address void and get a new one" } },
    );
};
