import { t } from "elysia";
import { CauseSchema } from "../../platform/http/schemas.ts";
import { BottleneckSchema } from "./bottleneck.schema.ts";

/** The result of `spokenReason`. */
const spoken = {
  reason: t.String({ description: "An English sentence, or the words of a server or a person" }),
  cause: CauseSchema,
};

const nullable = <T extends Parameters<typeof t.Union>[0][number]>(item: T) =>
  t.Union([item, t.Null()]);
const time = (description: string) => nullable(t.Integer({ description }));

/** The limits that a person can suspend: those of a route, or of a route to some recipients. */
const routeLevel = t.Union([
  t.Literal("route"),
  t.Literal("route_provider"),
  t.Literal("route_site"),
]);

const limit = {
  level: t.String({ description: "The kind of limit, for example route_site" }),
  id: t.String(),
};

const site = {
  routeId: t.Integer(),
  routeName: t.String(),
  siteKey: t.String(),
  siteName: t.String({
    description: "The relay's host, or the name that the domain's MX hosts share",
  }),
  provider: t.String(),
  source: t.String({ description: "The source IP address; empty lets the system choose" }),
  limit: t.Object(
    { level: routeLevel, id: t.String() },
    { description: "What to suspend or resume" },
  ),
  waiting: t.Integer({ description: "Loaded messages that are waiting" }),
  inFlight: t.Integer(),
  ages: t.Array(t.Integer(), {
    description: "Waiting messages by age: under 5 minutes, an hour, 6 hours, a day, and older",
  }),
  connections: t.Integer(),
  window: nullable(
    t.Integer({ description: "Number of simultaneous messages that is allowed now" }),
  ),
  perSecond: nullable(t.Number()),
  suspendedUntil: time("Unix ms"),
  ...spoken,
  nextTryAt: time("Unix ms"),
  campaignIds: t.Array(t.Integer()),
};

const route = {
  id: t.Integer(),
  name: t.String(),
  kind: t.Union([t.Literal("relay"), t.Literal("direct"), t.Literal("test_inbox")]),
  circuit: t.Union([t.Literal("closed"), t.Literal("open"), t.Literal("half_open")], {
    description:
      "closed: the sending method works; open: it does not work; half_open: one message tests whether it works again",
  }),
  ...spoken,
  retryAt: time("Unix ms"),
  connections: t.Integer(),
  busy: t.Integer(),
  maxConnections: t.Integer(),
  perSecond: nullable(t.Number()),
};

const hold = t.Object({
  ...limit,
  isSuspended: t.Boolean({ description: "False if it is only slowed down" }),
  untilMs: t.Integer(),
  ...spoken,
  perSecond: nullable(t.Number()),
  atOnce: nullable(t.Integer()),
});

const quota = t.Object({
  ...limit,
  period: t.Union([t.Literal("hour"), t.Literal("day"), t.Literal("month")]),
  used: t.Integer(),
  max: t.Integer(),
});

export const LiveQueue = t.Object(
  {
    at: t.Integer(),
    trouble: t.String({ description: "Why nothing can be sent; empty if sending works" }),
    campaigns: t.Array(
      t.Object({
        id: t.Integer(),
        name: t.String(),
        inHand: t.Integer({ description: "Messages that are reserved to be sent next" }),
        lookingUp: t.Integer({ description: "The domain whose records are being looked up" }),
        pending: t.Integer({
          description: "Messages that were never tried, including those that are loaded",
        }),
        deferred: t.Integer({ description: "Messages that are deferred and due later" }),
        nextDueAt: time("Time at which the first deferred message is due"),
        bottleneck: nullable(BottleneckSchema),
      }),
    ),
    sites: t.Array(t.Object(site)),
    routes: t.Array(t.Object(route)),
    holds: t.Array(hold),
    quotas: t.Array(quota),
  },
  { title: "LiveQueue" },
);
export type LiveQueue = typeof LiveQueue.static;

const workspace = { workspaceId: t.String(), workspaceName: t.String() };
export const InstanceQueue = t.Object(
  {
    at: t.Integer(),
    trouble: t.String(),
    sites: t.Array(t.Object({ ...workspace, ...site })),
    routes: t.Array(t.Object({ ...workspace, ...route })),
  },
  { title: "InstanceQueue" },
);
export type InstanceQueue = typeof InstanceQueue.static;

export const LimitName = t.Object({
  level: t.String({ maxLength: 40 }),
  id: t.String({ maxLength: 400 }),
});
export const Suspend = t.Object({
  level: routeLevel,
  id: t.String({ maxLength: 400 }),
  minutes: t.Integer({ minimum: 1, maximum: 7 * 24 * 60 }),
});
export type Suspend = typeof Suspend.static;
