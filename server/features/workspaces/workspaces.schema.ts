import { t } from "elysia";
import { pageOf } from "../../platform/http/schemas.ts";

export const RoleSchema = t.Union(
  [t.Literal("viewer"), t.Literal("editor"), t.Literal("admin"), t.Literal("owner")],
  { description: "Each role includes the permissions of those before it" },
);

const facts = {
  id: t.String(),
  name: t.String(),
  timeZone: t.String({ description: "IANA name" }),
  postalAddress: t.String(),
  tracking: t.Boolean({
    description: "False if opens and clicks are not tracked in this workspace",
  }),
  maxPerSecond: t.Union([t.Number(), t.Null()], { description: "Sending limit; null: no limit" }),
  organizationId: t.String(),
  organizationName: t.String(),
  createdAt: t.Number(),
};

export const Workspace = t.Object(facts);
export const WorkspaceList = t.Object({
  items: t.Array(t.Object({ ...facts, role: t.Union([RoleSchema, t.Null()]) })),
});

const name = t.String({ minLength: 1, maxLength: 200 });
const timeZone = t.String({ minLength: 1, maxLength: 60, description: "IANA name" });
const postalAddress = t.String({ minLength: 1, maxLength: 500 });

export const NewWorkspace = t.Object({
  organizationId: t.String({ maxLength: 26 }),
  name,
  timeZone,
  postalAddress,
});

export const WorkspaceChange = t.Object({
  name: t.Optional(name),
  timeZone: t.Optional(timeZone),
  postalAddress: t.Optional(postalAddress),
  tracking: t.Optional(t.Boolean()),
  maxPerSecond: t.Optional(t.Union([t.Integer({ minimum: 1, maximum: 100_000 }), t.Null()])),
});

export const Member = t.Object({
  userId: t.String(),
  email: t.String(),
  name: t.String(),
  role: RoleSchema,
  invited: t.Boolean({ description: "True until the person has chosen a password" }),
  createdAt: t.Number(),
});
export const MemberPage = pageOf(Member);
export const MemberParams = t.Object({
  workspaceId: t.String({ description: "The workspace's id" }),
  userId: t.String({ maxLength: 26 }),
});
export const Invitation = t.Object({
  email: t.String({ minLength: 1, maxLength: 320 }),
  role: RoleSchema,
  locale: t.Optional(
    t.Union([t.Literal("en"), t.Literal("de")], {
      description: "Language of its mail and of the new account; your own if left out",
    }),
  ),
});
const OpenInvitation = t.Object({
  id: t.String(),
  email: t.String(),
  role: RoleSchema,
  createdAt: t.Number(),
  expiresAt: t.Number(),
});
export const InvitationPage = pageOf(OpenInvitation);
export const InvitationParams = t.Object({
  workspaceId: t.String({ description: "The workspace's id" }),
  invitationId: t.String({ maxLength: 26 }),
});
export const InvitationToken = t.Object({
  token: t.String({
    minLength: 1,
    maxLength: 100,
    description: "The token from the invitation link",
  }),
});
export const InvitationView = t.Object({
  email: t.String(),
  role: RoleSchema,
  workspaceName: t.String(),
  locale: t.String({ description: "The language of the invitation" }),
});
export const InvitedRegistration = t.Object({
  ...InvitationToken.properties,
  name: t.String({ minLength: 1, maxLength: 200 }),
  password: t.String({ minLength: 1, maxLength: 1000, description: "At least 12 characters" }),
  locale: t.Optional(
    t.Union([t.Literal("en"), t.Literal("de")], {
      description: "Language of the interface; the language of the invitation if left out",
    }),
  ),
});
export const Joined = t.Object({ workspaceId: t.String() });
export const Invited = t.Object({
  invitation: OpenInvitation,
  link: t.Union([t.String(), t.Null()], {
    description:
      "The invitation link, to pass on if the instance cannot send mail; returned only once",
  }),
});
export const MemberChange = t.Object({ role: RoleSchema });
