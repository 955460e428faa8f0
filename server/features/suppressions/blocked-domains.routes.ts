import { Elysia } from "elysia";
import { Done, done, refusals, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  blockDomain,
  listBlockedDomains,
  unblockDomain,
  workspaceBlockedDomains,
} from "./blocked-domains.service.ts";
import {
  BlockedDomainPage,
  BlockedDomainSchema,
  DomainQuery,
  DomainRemoval,
  NewBlockedDomain,
} from "./suppressions.schema.ts";

export const blockedDomainRoutes = ({ guard, clock }: AppDeps) =>
  new Elysia({
    name: "blocked-domains",
    prefix: "/workspaces/:workspaceId/suppressions/domains",
    detail: { tags: ["Suppressions"] },
  })
    .use(guard)
    .get("/", ({ db, query }) => listBlockedDomains(db, workspaceBlockedDomains, query), {
      permission: "suppressions:read",
      params: WorkspaceParams,
      query: DomainQuery,
      response: { 200: BlockedDomainPage, ...refusals },
      detail: { summary: "List domains that are not mailed" },
    })
    .post(
      "/",
      ({ db, body, actor, note }) => {
        const by = { actorId: actor.id, now: clock() };
        const blocked = blockDomain(db, workspaceBlockedDomains, body, by);
        note({ target: blocked.domain, detail: { subdomains: blocked.subdomains } });
        return blocked;
      },
      {
        permission: "suppressions:write",
        audit: "suppression.block_domain",
        idempotent: true,
        params: WorkspaceParams,
        body: NewBlockedDomain,
        response: { 200: BlockedDomainSchema, ...refusals },
        detail: { summary: "Block a domain" },
      },
    )
    .delete(
      "/",
      ({ db, body, note }) => {
        unblockDomain(db, workspaceBlockedDomains, body.domain);
        note({ target: body.domain, detail: { why: body.reason } });
        return done;
      },
      {
        permission: "suppressions:write",
        audit: "suppression.unblock_domain",
        params: WorkspaceParams,
        body: DomainRemoval,
        response: { 200: Done, ...refusals },
        detail: { summary: "Unblock a domain" },
      },
    );
