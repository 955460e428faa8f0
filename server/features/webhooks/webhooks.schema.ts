import { t } from "elysia";
import { CauseSchema } from "../../platform/http/schemas.ts";

export const HookParams = t.Object({
  provider: t.String({
    maxLength: 40,
    description: "ses, sendgrid, mailgun, postmark, brevo, mailjet",
  }),
  token: t.String({ maxLength: 200 }),
});

export const HookAnswer = t.Object(
  {
    taken: t.Integer(),
    repeated: t.Integer({ description: "Events that were already received before" }),
    unknown: t.Integer({ description: "Events that belong to no message of this workspace" }),
  },
  { title: "HookAnswer" },
);

export const WebhookView = t.Object(
  {
    provider: t.String(),
    url: t.String({
      description: "The URL to enter at the provider; it contains the password, if there is one",
    }),
    password: t.Union([t.String(), t.Null()], {
      description:
        "The password, for providers that ask for it separately from the URL, e.g. as a Bearer token",
    }),
    needsKey: t.Boolean({
      description: "True if the provider's verification key must be stored here",
    }),
    hasKey: t.Boolean(),
    topic: t.String({
      description: "For SES: the subscribed SNS topic; empty if there is none yet",
    }),
    lastEventAt: t.Union([t.Integer(), t.Null()]),
    lastFault: t.String({
      description: "Why the newest request was refused; empty when it was accepted",
    }),
    lastFaultCause: CauseSchema,
    counts: t.Record(t.String(), t.Integer(), {
      description:
        "Events by kind: bounce, delayed, complaint, unsubscribe, delivered, other, unknown",
    }),
  },
  { title: "RouteWebhook" },
);
export type WebhookView = typeof WebhookView.static;

export const WebhookKey = t.Object({ key: t.String({ minLength: 8, maxLength: 2_000 }) });
