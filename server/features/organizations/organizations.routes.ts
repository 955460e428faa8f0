import { Elysia } from "elysia";
import { requirePerson } from "../../platform/http/person.ts";
import { Done, done, refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  OrganizationChange,
  OrganizationList,
  OrganizationParams,
} from "./organizations.schema.ts";
import { changeOrganization, organizationsOf } from "./organizations.service.ts";

export const organizationRoutes = ({ guard, databases, clock }: AppDeps) =>
  new Elysia({
    name: "organizations",
    prefix: "/organizations",
    detail: { tags: ["Organizations"] },
  })
    .use(guard)
    .get("/", ({ actor }) => ({ items: organizationsOf(databases.system, requirePerson(actor)) }), {
      signedIn: true,
      response: { 200: OrganizationList, ...refusals },
      detail: { summary: "List the organizations that you belong to" },
    })
    .patch(
      "/:organizationId",
      ({ actor, params, body }) => {
        const userId = requirePerson(actor);
        const change = { ...params, ...body, userId, now: clock() };
        changeOrganization(databases.system, change);
        return done;
      },
      {
        signedIn: true,
        audit: "organization.change",
        params: OrganizationParams,
        body: OrganizationChange,
        response: { 200: Done, ...refusals },
        detail: { summary: "Rename an organization (owners only)" },
      },
    );
