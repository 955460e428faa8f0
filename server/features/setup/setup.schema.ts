import { t } from "elysia";
import { CauseSchema } from "../../platform/http/schemas.ts";
import { DomainRecord } from "../domains/domains.schema.ts";
import { RouteCreate } from "../routes/routes.schema.ts";

const nullable = <T extends Parameters<typeof t.Union>[0][number]>(item: T) =>
  t.Union([item, t.Null()]);

const StepName = t.Union([
  t.Literal("administrator"),
  t.Literal("organization"),
  t.Literal("workspace"),
  t.Literal("public-url"),
  t.Literal("route"),
  t.Literal("sender"),
  t.Literal("test-message"),
  t.Literal("finish"),
]);

export const TestMessageReceipt = t.Object({
  to: t.String(),
  at: t.Number(),
  reply: t.String({ description: "The server's reply when it accepted the message" }),
  workspaceId: t.String(),
  inboxId: nullable(t.Integer({ description: "Id of the message in the test inbox" })),
});

const RouteAnswer = t.Object({
  kind: t.Union([t.Literal("relay"), t.Literal("test_inbox")]),
  preset: t.String(),
  host: t.String(),
  port: t.Integer(),
  security: t.Union([t.Literal("starttls"), t.Literal("tls"), t.Literal("none")]),
  verifyCertificate: t.Boolean(),
  username: t.String(),
  hasPassword: t.Boolean(),
  allowPrivateRelays: t.Boolean(),
});

export const SetupAnswers = t.Object({
  administrator: t.Optional(t.Object({ email: t.String(), name: t.String() })),
  organization: t.Optional(t.Object({ name: t.String() })),
  workspace: t.Optional(
    t.Object({ name: t.String(), timeZone: t.String(), postalAddress: t.String() }),
  ),
  publicUrl: t.Optional(
    t.Object({
      url: t.String(),
      reachable: t.Boolean({ description: "True if the server could reach itself at that URL" }),
      message: t.String(),
      cause: CauseSchema,
    }),
  ),
  route: t.Optional(RouteAnswer),
  sender: t.Optional(
    t.Object({
      name: t.String(),
      email: t.String(),
      replyTo: t.String(),
      domainNote: t.String({
        description: "Why there are no DNS records to publish; otherwise empty",
      }),
      domainNoteCause: CauseSchema,
    }),
  ),
  systemFrom: t.Optional(
    t.Object(
      { name: t.String(), email: t.String() },
      {
        description:
          "The sender of invitations and password links; a suggestion until this step is completed",
      },
    ),
  ),
  testMessage: t.Optional(TestMessageReceipt),
});
export type SetupAnswers = typeof SetupAnswers.static;

export const SetupState = t.Object({
  done: t.Boolean(),
  unlocked: t.Boolean({ description: "True if this browser has presented the setup token" }),
  step: StepName,
  steps: t.Array(t.Object({ name: StepName, answered: t.Boolean() })),
  /** Empty until unlocked. */
  answers: SetupAnswers,
  fixedPublicUrl: nullable(
    t.String({
      description: "True if the URL is set by PUBLIC_URL; the setup then skips this step",
    }),
  ),
  /** Changes with every start of the process, which lets the server recognise itself. */
  boot: t.String(),
});

export const UnlockRequest = t.Object({ token: t.String({ minLength: 1, maxLength: 100 }) });
export const AdministratorRequest = t.Object({
  email: t.String({ minLength: 1, maxLength: 320 }),
  name: t.String({ minLength: 1, maxLength: 200 }),
  password: t.String({ minLength: 1, maxLength: 1000 }),
  locale: t.Optional(
    t.Union([t.Literal("en"), t.Literal("de")], {
      description: "Language of mail to the administrator, such as password links",
    }),
  ),
});
export const OrganizationRequest = t.Object({ name: t.String({ minLength: 1, maxLength: 200 }) });
export const WorkspaceRequest = t.Object({
  name: t.String({ minLength: 1, maxLength: 200 }),
  timeZone: t.String({ minLength: 1, maxLength: 60 }),
  postalAddress: t.String({ minLength: 1, maxLength: 500 }),
});
export const PublicUrlRequest = t.Object({ url: t.String({ minLength: 1, maxLength: 300 }) });
export const RouteRequest = t.Object({
  ...RouteCreate.properties,
  kind: t.Union([t.Literal("relay"), t.Literal("test_inbox")]),
  allowPrivateRelays: t.Optional(
    t.Boolean({ description: "True if relays may be on this machine or in a private network" }),
  ),
});
export type RouteRequest = typeof RouteRequest.static;
export const SenderRequest = t.Object({
  name: t.String({ minLength: 1, maxLength: 100 }),
  email: t.String({ minLength: 1, maxLength: 320 }),
  replyTo: t.Optional(t.String({ maxLength: 254 })),
  systemName: t.Optional(
    t.String({
      minLength: 1,
      maxLength: 100,
      description: "The sender name of account emails; defaults to the organization",
    }),
  ),
  systemEmail: t.Optional(
    t.String({
      minLength: 1,
      maxLength: 320,
      description:
        "The sender address of account emails; if omitted, an address at the administrator's domain",
    }),
  ),
});
export type SenderRequest = typeof SenderRequest.static;
export const TestMessageRequest = t.Object({
  to: t.Optional(t.String({ maxLength: 320, description: "Defaults to the administrator" })),
});

export const SetupDns = t.Object({
  domain: nullable(t.String()),
  note: t.String(),
  noteCause: CauseSchema,
  records: t.Array(DomainRecord),
});
export const SetupFinished = t.Object({ done: t.Literal(true), workspaceId: t.String() });
