import { Elysia } from "elysia";
import { requirePerson } from "../../platform/http/person.ts";
import { refusals, WorkspaceParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { NewWorkspace, Workspace, WorkspaceChange, WorkspaceList } from "./workspaces.schema.ts";
import {
  changeWorkspace,
  createWorkspaceAs,
  listWorkspaces,
  readWorkspace,
} from "./workspaces.service.ts";

export const workspaceRoutes = ({ guard, databases, audit, clock }: AppDeps) =>
  new Elysia({ name: "workspaces", prefix: "/workspaces", detail: { tags: ["Workspaces"] } })
    .use(guard)
    .get("/", ({ actor }) => ({ items: listWorkspaces(databases.system, actor) }), {
      signedIn: true,
      response: { 200: WorkspaceList, ...refusals },
      detail: { summary: "List the workspaces that you can use" },
    })
    .post(
      "/",
      ({ actor, body }) =>
        createWorkspaceAs({ databases, audit }, requirePerson(actor), body, clock()),
      {
        signedIn: true,
        audit: { within: ["workspace.create"] },
        idempotent: true,
        body: NewWorkspace,
        response: { 200: Workspace, ...refusals },
        detail: { summary: "Create a workspace in an organization that you own" },
      },
    )
    .get("/:workspaceId", ({ workspace }) => readWorkspace(databases.system, workspace.id), {
      permission: "workspace:read",
      params: WorkspaceParams,
      response: { 200: Workspace, ...refusals },
      detail: { summary: "Get a workspace" },
    })
    .patch(
      "/:workspaceId",
      ({ actor, workspace, body }) =>
        changeWorkspace({ databases, audit }, actor.id, workspace.id, body, clock()),
      {
        permission: "workspace:write",
        audit: { within: ["workspace.change"] },
        params: WorkspaceParams,
        body: WorkspaceChange,
        response: { 200: Workspace, ...refusals },
        detail: { summary: "Change a workspace" },
      },
    );
