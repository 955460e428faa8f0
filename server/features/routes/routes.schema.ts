import { t } from "elysia";
import { CauseSchema, pageOf } from "../../platform/http/schemas.ts";

const Kind = t.Union([t.Literal("relay"), t.Literal("direct"), t.Literal("test_inbox")]);
const Security = t.Union([t.Literal("starttls"), t.Literal("tls"), t.Literal("none")]);
const TlsPolicy = t.Union(
  [t.Literal("opportunistic"), t.Literal("required"), t.Literal("verified")],
  { description: "Required security of connections to receiving servers, for direct sending" },
);
const nullable = <T extends Parameters<typeof t.Union>[0][number]>(item: T) =>
  t.Union([item, t.Null()]);

export const RouteStep = t.Object({
  stage: t.String({ description: "dns, connect, greeting, ehlo, starttls, auth, …" }),
  ok: t.Boolean(),
  message: t.String({ description: "The server's reply, or what happened" }),
  cause: CauseSchema,
});

export const RouteCheck = t.Object(
  { ok: t.Boolean(), steps: t.Array(RouteStep) },
  { title: "RouteCheck" },
);
export type RouteCheck = typeof RouteCheck.static;

const WarmUp = t.Object({
  startedAt: t.Integer({ minimum: 0, description: "Unix ms" }),
  firstDay: t.Integer({
    minimum: 1,
    maximum: 1_000_000,
    description:
      "Messages to one provider on the first day; each day allows 1.5 times as many as the day before",
  }),
  target: t.Integer({ minimum: 1, maximum: 100_000_000 }),
});
export type WarmUp = typeof WarmUp.static;

const RouteSource = t.Object({
  address: t.String({ maxLength: 45, description: "An IPv4 or IPv6 address of this host" }),
  heloName: t.String({
    maxLength: 253,
    description: "EHLO name; it should be the name in the address's PTR record",
  }),
  weight: t.Integer({ minimum: 1, maximum: 1000 }),
  warmUp: t.Optional(WarmUp),
});
export type RouteSource = typeof RouteSource.static;

const OAuthView = t.Object({
  tokenUrl: t.String(),
  clientId: t.String(),
  hasRefreshToken: t.Boolean(),
  scope: t.String(),
});

const OAuthInput = t.Object({
  tokenUrl: t.Optional(t.String({ maxLength: 500 })),
  clientId: t.Optional(t.String({ maxLength: 500 })),
  clientSecret: t.Optional(
    t.String({ maxLength: 4_000, description: "Leave it out to keep the current value" }),
  ),
  refreshToken: t.Optional(
    t.String({ maxLength: 8_000, description: "Empty: the client credentials grant is used" }),
  ),
  scope: t.Optional(t.String({ maxLength: 1_000 })),
});
export type OAuthInput = typeof OAuthInput.static;

export const RouteView = t.Object(
  {
    id: t.Integer(),
    name: t.String(),
    kind: Kind,
    preset: t.String({ description: "The provider whose defaults apply; empty when unknown" }),
    host: t.String(),
    port: t.Integer(),
    security: Security,
    verifyCertificate: t.Boolean(),
    tlsPolicy: TlsPolicy,
    username: t.String(),
    hasPassword: t.Boolean({ description: "The password itself is never returned" }),
    oauth: nullable(OAuthView),
    heloName: t.String(),
    sources: t.Array(RouteSource),
    maxConnections: t.Integer(),
    maxPerSecond: nullable(t.Number()),
    maxPerDay: nullable(t.Integer({ description: "Messages in any 24 hours" })),
    maxPerConnection: t.Integer(),
    allowDomains: t.Array(t.String()),
    denyDomains: t.Array(t.String()),
    chainDot: t.Boolean(),
    signDkim: t.Boolean(),
    enabled: t.Boolean(),
    lastCheck: nullable(
      t.Object({
        ...{ at: t.Integer(), ok: t.Boolean(), stage: t.String(), message: t.String() },
        cause: CauseSchema,
      }),
    ),
    createdAt: t.Integer(),
    updatedAt: t.Integer(),
  },
  { title: "Route" },
);
export type RouteView = typeof RouteView.static;

export const RoutePage = pageOf(RouteView);

export const RoutePresetPage = pageOf(
  t.Object(
    {
      id: t.String({ description: "Empty for any other host" }),
      name: t.String(),
      hosts: t.Array(t.Object({ host: t.String(), name: t.String() })),
      port: t.Integer(),
      security: Security,
      auth: t.Union([t.Literal("password"), t.Literal("oauth")]),
      username: t.String(),
      usernameHint: t.String(),
      passwordHint: t.String(),
      tokenUrl: t.String(),
      scope: t.String(),
      limits: t.Object({
        maxPerSecond: nullable(t.Number()),
        maxPerDay: nullable(t.Integer()),
        maxConnections: t.Integer(),
        maxPerConnection: t.Integer(),
      }),
      signs: t.Union([t.Literal("relay"), t.Literal("own")]),
      spfInclude: t.String(),
      ownReturnPath: t.Boolean({
        description: "True if the provider accepts a return path at one of your own domains",
      }),
      steps: t.Array(t.String(), { description: "What to set up at the provider, and where" }),
      webhook: t.Array(t.String(), {
        description: "How to set up reports of bounces and complaints",
      }),
    },
    { title: "RoutePreset" },
  ),
);

const domains = (description: string) =>
  t.Array(t.String({ maxLength: 255 }), { maxItems: 500, description });

const limits = {
  maxConnections: t.Integer({ minimum: 1, maximum: 200 }),
  maxPerSecond: nullable(t.Number({ exclusiveMinimum: 0, maximum: 100_000 })),
  maxPerDay: nullable(
    t.Integer({ minimum: 1, maximum: 1_000_000_000, description: "Messages in any 24 hours" }),
  ),
  maxPerConnection: t.Integer({ minimum: 1, maximum: 100_000 }),
  allowDomains: domains(
    "Recipient domains that the sending method may send to; *.example.com includes all subdomains",
  ),
  denyDomains: domains("Recipient domains that the sending method must not send to"),
};

const connection = {
  preset: t.String({ maxLength: 40 }),
  host: t.String({ maxLength: 253, description: "Host name or IP address of the relay" }),
  port: t.Integer({ minimum: 1, maximum: 65_535 }),
  security: Security,
  verifyCertificate: t.Boolean(),
  tlsPolicy: TlsPolicy,
  username: t.String({ maxLength: 500 }),
  password: t.String({
    maxLength: 4_000,
    description: "Leave it out to keep the current value; empty removes it",
  }),
  oauth: nullable(OAuthInput),
  heloName: t.String({ maxLength: 253, description: "EHLO name; empty: the name of this host" }),
  sources: t.Array(RouteSource, { maxItems: 100 }),
  chainDot: t.Boolean({
    description: "For relays that accept the next MAIL command directly after the final dot",
  }),
  signDkim: t.Boolean(),
};

const name = t.String({ minLength: 1, maxLength: 100 });

export const RouteCreate = t.Object({
  name: t.Optional(name),
  kind: Kind,
  ...t.Partial(t.Object({ ...connection, ...limits })).properties,
});
export type RouteCreate = typeof RouteCreate.static;

export const RouteChange = t.Partial(
  t.Object({ name, ...connection, ...limits, enabled: t.Boolean() }),
);
export type RouteChange = typeof RouteChange.static;

export const RouteTry = t.Object({
  ...t.Partial(t.Object(connection)).properties,
  id: t.Optional(
    t.Integer({ minimum: 1, description: "Id of a stored sending method whose secrets are used" }),
  ),
});
export type RouteTry = typeof RouteTry.static;

export const RouteTestRequest = t.Object({
  senderId: t.Integer({ minimum: 1 }),
  to: t.String({ minLength: 3, maxLength: 254 }),
});
export const RouteTestAnswer = t.Object(
  {
    accepted: t.Boolean(),
    message: t.String({ description: "The server's reply, or what went wrong" }),
    cause: CauseSchema,
  },
  { title: "RouteTestAnswer" },
);
