import { Elysia } from "elysia";
import { CsvFile, Done, done, refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  blockDomain,
  instanceBlockedDomains,
  listBlockedDomains,
  unblockDomain,
} from "./blocked-domains.service.ts";
import {
  addInstanceSuppressions,
  instanceSuppressionsCsv,
  listInstanceSuppressions,
  removeInstanceSuppression,
} from "./instance-suppressions.service.ts";
import {
  BlockedDomainPage,
  BlockedDomainSchema,
  DomainQuery,
  DomainRemoval,
  InstanceSuppressionPage,
  InstanceSuppressionQuery,
  NewBlockedDomain,
  NewInstanceSuppressions,
  SuppressionRemoval,
  SuppressionsAdded,
} from "./suppressions.schema.ts";

export const instanceSuppressionRoutes = (deps: AppDeps) =>
  new Elysia({ name: "instance-suppressions", prefix: "/instance", detail: { tags: ["Instance"] } })
    .use(addresses(deps))
    .use(domains(deps));

const addresses = ({ guard, databases, clock }: AppDeps) =>
  new Elysia({ name: "instance-suppressions-addresses", prefix: "/suppressions" })
    .use(guard)
    .get("/", ({ query }) => listInstanceSuppressions(databases.system, query), {
      instanceAdmin: true,
      query: InstanceSuppressionQuery,
      response: { 200: InstanceSuppressionPage, ...refusals },
      detail: { summary: "List addresses that no workspace mails" },
    })
    .get(
      "/export",
      () => {
        return new Response(instanceSuppressionsCsv(databases.system), {
          headers: {
            "content-type": "text/csv; charset=utf-8",
            "content-disposition": 'attachment; filename="instance-suppressions.csv"',
            "cache-control": "no-store",
          },
        });
      },
      {
        instanceAdmin: true,
        audit: "instance_suppression.export",
        response: { 200: CsvFile, ...refusals },
        detail: { summary: "Download the list as CSV" },
      },
    )
    .post(
      "/",
      ({ body, actor, note }) => {
        const result = addInstanceSuppressions(databases.system, {
          addresses: body.addresses,
          reason: body.reason ?? "manual",
          detail: body.detail ?? "",
          source: body.source ?? "manual",
          expiresAt: body.expiresAt,
          actorId: actor.id,
          now: clock(),
        });
        note({ detail: { added: result.added, reason: body.reason ?? "manual" } });
        return result;
      },
      {
        instanceAdmin: true,
        audit: "instance_suppression.add",
        body: NewInstanceSuppressions,
        response: { 200: SuppressionsAdded, ...refusals },
        detail: { summary: "Add addresses to the instance's list" },
      },
    )
    .delete(
      "/",
      ({ body, note }) => {
        removeInstanceSuppression(databases.system, body.address);
        note({ detail: { why: body.reason } });
        return done;
      },
      {
        instanceAdmin: true,
        audit: "instance_suppression.remove",
        body: SuppressionRemoval,
        response: { 200: Done, ...refusals },
        detail: { summary: "Remove an address from the instance's list" },
      },
    );

const domains = ({ guard, databases, clock }: AppDeps) =>
  new Elysia({ name: "instance-suppressions-domains", prefix: "/suppressions/domains" })
    .use(guard)
    .get("/", ({ query }) => listBlockedDomains(databases.system, instanceBlockedDomains, query), {
      instanceAdmin: true,
      query: DomainQuery,
      response: { 200: BlockedDomainPage, ...refusals },
      detail: { summary: "List domains that no workspace mails" },
    })
    .post(
      "/",
      ({ body, actor, note }) => {
        const by = { actorId: actor.id, now: clock() };
        const blocked = blockDomain(databases.system, instanceBlockedDomains, body, by);
        note({ target: blocked.domain, detail: { subdomains: blocked.subdomains } });
        return blocked;
      },
      {
        instanceAdmin: true,
        audit: "instance_suppression.block_domain",
        body: NewBlockedDomain,
        response: { 200: BlockedDomainSchema, ...refusals },
        detail: { summary: "Add a domain to the instance's list" },
      },
    )
    .delete(
      "/",
      ({ body, note }) => {
        unblockDomain(databases.system, instanceBlockedDomains, body.domain);
        note({ target: body.domain, detail: { why: body.reason } });
        return done;
      },
      {
        instanceAdmin: true,
        audit: "instance_suppression.unblock_domain",
        body: DomainRemoval,
        response: { 200: Done, ...refusals },
        detail: { summary: "Remove a domain from the instance's list" },
      },
    );
