import { t } from "elysia";
import { pageOf } from "../../platform/http/schemas.ts";

const Kind = t.Union([t.Literal("relay"), t.Literal("test_inbox")]);
const Security = t.Union([t.Literal("starttls"), t.Literal("tls"), t.Literal("none")]);
const nullable = <T extends Parameters<typeof t.Union>[0][number]>(item: T) =>
  t.Union([item, t.Null()]);

export const RouteStep = t.Object({
  stage: t.String({ description: "dns, connect, greeting, ehlo, starttls, auth, …" }),
  ok: t.Boolean(),
  message: t.String({ description: "What the server said, or what went wrong" }),
});

export const RouteCheck = t.Object(
  { ok: t.Boolean(), steps: t.Array(RouteStep) },
  { title: "RouteCheck" },
);
export type RouteCheck = typeof RouteCheck.static;

export const RouteView = t.Object(
  {
    id: t.Integer(),
    name: t.String(),
    kind: Kind,
    host: t.String(),
    port: t.Integer(),
    security: Security,
    verifyCertificate: t.Boolean(),
    username: t.String(),
    hasPassword: t.Boolean({ description: "The password itself is never returned" }),
    maxConnections: t.Integer(),
    maxPerSecond: nullable(t.Number()),
    maxPerConnection: t.Integer(),
    signDkim: t.Boolean(),
    enabled: t.Boolean(),
    lastCheck: nullable(
      t.Object({ at: t.Integer(), ok: t.Boolean(), stage: t.String(), message: t.String() }),
    ),
    createdAt: t.Integer(),
    updatedAt: t.Integer(),
  },
  { title: "Route" },
);
export type RouteView = typeof RouteView.static;

export const RoutePage = pageOf(RouteView);

const limits = {
  maxConnections: t.Integer({ minimum: 1, maximum: 200 }),
  maxPerSecond: nullable(t.Number({ exclusiveMinimum: 0, maximum: 100_000 })),
  maxPerConnection: t.Integer({ minimum: 1, maximum: 100_000 }),
};

const relayFields = {
  host: t.String({ maxLength: 253, description: "Host name or IP address of the relay" }),
  port: t.Integer({ minimum: 1, maximum: 65_535 }),
  security: Security,
  verifyCertificate: t.Boolean(),
  username: t.String({ maxLength: 500 }),
  password: t.String({ maxLength: 4_000, description: "Left out: unchanged; empty: none" }),
  signDkim: t.Boolean(),
};

const name = t.String({ minLength: 1, maxLength: 100 });

export const RouteCreate = t.Object({
  name: t.Optional(name),
  kind: Kind,
  ...t.Partial(t.Object({ ...relayFields, ...limits })).properties,
});
export type RouteCreate = typeof RouteCreate.static;

export const RouteChange = t.Partial(
  t.Object({ name, ...relayFields, ...limits, enabled: t.Boolean() }),
);
export type RouteChange = typeof RouteChange.static;

export const RouteTry = t.Object({
  ...t.Partial(t.Object(relayFields)).properties,
  id: t.Optional(t.Integer({ minimum: 1, description: "A stored route whose password to use" })),
});
export type RouteTry = typeof RouteTry.static;
