import { Elysia } from "elysia";
import type { Actor } from "../../platform/http/guard.ts";
import { requirePerson } from "../../platform/http/person.ts";
import {
  Done,
  done,
  pageQuerySchema,
  refusals,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { publicUrlOf } from "../instance/instance.service.ts";
import { invite, listInvitations, withdrawInvitation } from "./invitations.service.ts";
import { changeMember, listMembers, type MemberDesk, removeMember } from "./members.ts";
import {
  Invitation,
  InvitationPage,
  InvitationParams,
  Invited,
  Member,
  MemberChange,
  MemberPage,
  MemberParams,
} from "./workspaces.schema.ts";
import { roleInWorkspace } from "./workspaces.service.ts";

export const memberRoutes = (deps: AppDeps) => {
  const { guard, config, databases, jobs, mail, clock } = deps;
  const deskFor = (actor: Actor, workspaceId: string): MemberDesk => {
    const userId = requirePerson(actor);
    return {
      system: databases.system,
      jobs,
      workspaceId,
      userId,
      role: roleInWorkspace(databases.system, userId, workspaceId),
      publicUrl: publicUrlOf(config, databases.system),
      canMail: mail.isConfigured(),
      now: clock(),
    };
  };

  return new Elysia({
    name: "members",
    prefix: "/workspaces/:workspaceId/members",
    detail: { tags: ["Workspaces"] },
  })
    .use(guard)
    .get("/", ({ workspace, query }) => listMembers(databases.system, workspace.id, query), {
      permission: "members:read",
      params: WorkspaceParams,
      query: pageQuerySchema,
      response: { 200: MemberPage, ...refusals },
      detail: { summary: "List the members of a workspace" },
    })
    .get(
      "/invitations",
      ({ workspace }) => listInvitations(databases.system, workspace.id, clock()),
      {
        permission: "members:write",
        params: WorkspaceParams,
        response: { 200: InvitationPage, ...refusals },
        detail: { summary: "List open invitations" },
      },
    )
    .delete(
      "/invitations/:invitationId",
      ({ actor, workspace, params }) => {
        withdrawInvitation(deskFor(actor, workspace.id), params.invitationId);
        return done;
      },
      {
        permission: "members:write",
        audit: "member.uninvite",
        params: InvitationParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Withdraw an invitation" },
      },
    )
    .post(
      "/",
      ({ actor, workspace, body, note }) => {
        const invited = invite(deskFor(actor, workspace.id), body);
        note({ target: invited.invitation.id, detail: { role: body.role } });
        return invited;
      },
      {
        permission: "members:write",
        audit: "member.invite",
        params: WorkspaceParams,
        body: Invitation,
        response: { 200: Invited, ...refusals },
        detail: { summary: "Invite a person to a workspace" },
      },
    )
    .patch(
      "/:userId",
      ({ actor, workspace, params, body, note }) => {
        const { userId } = params;
        const { member, from } = changeMember(deskFor(actor, workspace.id), userId, body.role);
        note({ detail: { from, to: body.role } });
        return member;
      },
      {
        permission: "members:write",
        audit: "member.change",
        params: MemberParams,
        body: MemberChange,
        response: { 200: Member, ...refusals },
        detail: { summary: "Change a member's role" },
      },
    )
    .delete(
      "/:userId",
      ({ actor, workspace, params, note }) => {
        const { userId } = params;
        const mayRemoveOthers = workspace.can("members:write");
        const keysRevoked = removeMember(deskFor(actor, workspace.id), userId, mayRemoveOthers);
        const action = userId === actor.id ? "member.leave" : "member.remove";
        note({ action, detail: { keysRevoked } });
        return done;
      },
      {
        permission: "members:read",
        audit: "member.remove",
        params: MemberParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Leave a workspace, or remove a member (members:write)" },
      },
    );
};
