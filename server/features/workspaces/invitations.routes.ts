import { Elysia } from "elysia";
import { requirePerson } from "../../platform/http/person.ts";
import { refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { acceptInvitation, readInvitation, registerInvited } from "./invitations.service.ts";
import {
  InvitationToken,
  InvitationView,
  InvitedRegistration,
  Joined,
} from "./workspaces.schema.ts";

const byToken = "only the invited person has the mailed link, which works once";

/** Routes for the invited person. Tokens are sent in bodies, never in URLs. */
export const invitationRoutes = ({ guard, databases, audit, clock }: AppDeps) => {
  const { system } = databases;
  const acceptance = (token: string) => ({ system, audit, token, now: clock() });
  return new Elysia({
    name: "invitations",
    prefix: "/invitations",
    detail: { tags: ["Workspaces"] },
  })
    .use(guard)
    .post("/read", ({ body }) => readInvitation(system, body.token, clock()), {
      open: byToken,
      audit: { none: "it only reads; the token is in the body so that it is in no log" },
      body: InvitationToken,
      response: { 200: InvitationView, ...refusals },
      detail: { summary: "Get an invitation" },
    })
    .post(
      "/register",
      async ({ body: { token, ...person } }) => ({
        workspaceId: await registerInvited(acceptance(token), person),
      }),
      {
        open: byToken,
        audit: { within: ["member.join"] },
        body: InvitedRegistration,
        response: { 200: Joined, ...refusals },
        detail: { summary: "Accept an invitation with a new account" },
      },
    )
    .post(
      "/accept",
      ({ actor, body }) => ({
        workspaceId: acceptInvitation(acceptance(body.token), requirePerson(actor)),
      }),
      {
        signedIn: true,
        audit: { within: ["member.join"] },
        body: InvitationToken,
        response: { 200: Joined, ...refusals },
        detail: { summary: "Accept an invitation with the signed-in account" },
      },
    );
};
