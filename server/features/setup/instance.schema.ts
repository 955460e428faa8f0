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
  allowPrivateRelays: t.Optional(t.Boolean()),
  allowDirectSending: t.Optional(t.Boolean()),
  allowPrivateTargets: t.Optional(t.Boolean()),
  systemMail: t.Optional(SystemMail),
});
export type InstanceChange = typeof InstanceChange.static;
