import { t } from "elysia";

const SystemMail = t.Object({
  workspaceId: t.String({ maxLength: 26, description: "Whose route carries the instance's mail" }),
  routeId: t.Integer({ minimum: 1 }),
  fromName: t.String({ maxLength: 100 }),
  fromEmail: t.String({ minLength: 3, maxLength: 254 }),
});

export const InstanceSettings = t.Object(
  {
    publicUrl: t.String(),
    publicUrlFixed: t.Boolean({ description: "PUBLIC_URL says so; it cannot be changed here" }),
    trustedProxies: t.Array(t.String(), {
      description: "Addresses and ranges of reverse proxies whose X-Forwarded-For is believed",
    }),
    trustedProxiesFixed: t.Boolean({
      description: "TRUSTED_PROXIES says so; they cannot be changed here",
    }),
    unnamedProxies: t.Array(t.String(), {
      description: "Addresses that sent X-Forwarded-For and are not named, since the start",
    }),
    allowPrivateRelays: t.Boolean({
      description: "Relays may be on this machine or in a private network",
    }),
    allowDirectSending: t.Boolean({
      description: "Workspaces may send straight to the recipients' mail servers",
    }),
    allowPrivateTargets: t.Boolean({
      description: "Recipients' mail servers may be on this machine or in a private network",
    }),
    systemMail: t.Union([SystemMail, t.Null()], {
      description: "How password links and invitations leave; null = they are not mailed",
    }),
  },
  { title: "InstanceSettings" },
);

export const InstanceChange = t.Object({
  publicUrl: t.Optional(t.String({ minLength: 1, maxLength: 300 })),
  trustedProxies: t.Optional(t.Array(t.String({ minLength: 1, maxLength: 50 }), { maxItems: 50 })),
  allowPrivateRelays: t.Optional(t.Boolean()),
  allowDirectSending: t.Optional(t.Boolean()),
  allowPrivateTargets: t.Optional(t.Boolean()),
  systemMail: t.Optional(SystemMail),
});
export type InstanceChange = typeof InstanceChange.static;
