import { t } from "elysia";

const kind = t.Union([t.Literal("relay"), t.Literal("test_inbox")], {
  description: "test_inbox: mail stays in the instance's test inbox, which administrators can read",
});
const security = t.Union([t.Literal("starttls"), t.Literal("tls"), t.Literal("none")]);

const SystemMail = t.Object({
  kind,
  host: t.String(),
  port: t.Integer(),
  security,
  verifyCertificate: t.Boolean(),
  username: t.String(),
  hasPassword: t.Boolean({ description: "The password itself is never returned" }),
  fromName: t.String(),
  fromEmail: t.String(),
});
export type SystemMailView = typeof SystemMail.static;

const SystemMailChange = t.Object({
  kind,
  host: t.Optional(
    t.String({ maxLength: 253, description: "Host name or IP address of the relay" }),
  ),
  port: t.Optional(t.Integer({ minimum: 1, maximum: 65_535 })),
  security: t.Optional(security),
  verifyCertificate: t.Optional(t.Boolean()),
  username: t.Optional(t.String({ maxLength: 500 })),
  password: t.Optional(
    t.String({
      maxLength: 4_000,
      description: "Leave it out to keep the current value; empty removes it",
    }),
  ),
  fromName: t.String({ maxLength: 100 }),
  fromEmail: t.String({ minLength: 3, maxLength: 254 }),
});
export type SystemMailChange = typeof SystemMailChange.static;

export const InstanceSettings = t.Object(
  {
    publicUrl: t.String(),
    publicUrlFixed: t.Boolean({
      description: "True if the URL is set by PUBLIC_URL and cannot be changed here",
    }),
    trustedProxies: t.Array(t.String(), {
      description: "Addresses and ranges of reverse proxies whose X-Forwarded-For is trusted",
    }),
    trustedProxiesFixed: t.Boolean({
      description: "True if the proxies are set by TRUSTED_PROXIES and cannot be changed here",
    }),
    unnamedProxies: t.Array(t.String(), {
      description: "Addresses that have sent X-Forwarded-For since the start but are not trusted",
    }),
    allowPrivateRelays: t.Boolean({
      description: "True if relays may be on this machine or in a private network",
    }),
    allowDirectSending: t.Boolean({
      description: "True if workspaces may send directly to receiving servers",
    }),
    allowPrivateTargets: t.Boolean({
      description: "True if receiving servers may be on this machine or in a private network",
    }),
    systemMailLentBy: t.Union([t.String(), t.Null()], {
      description:
        "The workspace whose sender is used for account emails, as set up by an earlier version; null if the instance has its own sender",
    }),
    systemMail: t.Union([SystemMail, t.Null()], {
      description: "How password links and invitations are sent; null: they are not mailed",
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
  systemMail: t.Optional(SystemMailChange),
});
export type InstanceChange = typeof InstanceChange.static;

export const TestMail = t.Object({ to: t.String(), reply: t.String() });
