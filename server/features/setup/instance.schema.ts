import { t } from "elysia";

const kind = t.Union([t.Literal("relay"), t.Literal("test_inbox")], {
  description: "test_inbox: captured here for administrators to read",
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
    t.String({ maxLength: 4_000, description: "Omit to keep the current value; empty removes it" }),
  ),
  fromName: t.String({ maxLength: 100 }),
  fromEmail: t.String({ minLength: 3, maxLength: 254 }),
});
export type SystemMailChange = typeof SystemMailChange.static;

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
      description: "Workspaces may deliver directly to recipients' mail servers",
    }),
    allowPrivateTargets: t.Boolean({
      description: "Recipients' mail servers may be on this machine or in a private network",
    }),
    systemMailLentBy: t.Union([t.String(), t.Null()], {
      description:
        "The workspace in whose sender's name that mail is sent, as earlier versions set it up; null when in the instance's own",
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
  systemMail: t.Optional(SystemMailChange),
});
export type InstanceChange = typeof InstanceChange.static;

export const TestMail = t.Object({ to: t.String(), reply: t.String() });
