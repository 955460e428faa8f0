import { Elysia } from "elysia";
import {
  Done,
  done,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { TaskList, TaskSchema } from "../tasks/tasks.schema.ts";
import { cancelTask, getTask, listTasks, undoTask } from "../tasks/tasks.service.ts";
import { runBulk } from "./contact-bulk.service.ts";
import { contactLooks } from "./contact-looks.service.ts";
import { contactTasks } from "./contact-tasks.service.ts";
import {
  BulkRequest,
  BulkResult,
  ContactChange,
  ContactCount,
  ContactDetail,
  ContactFilterSchema,
  ContactPage,
  ContactQuery,
  NewContact,
  TimelinePage,
  TimelineQuery,
} from "./contacts.schema.ts";
import {
  changeContact,
  contactTimeline,
  createContact,
  deleteContact,
  getContact,
} from "./contacts.service.ts";

export const contactRoutes = ({ guard, clock, jobs, databases, outside }: AppDeps) =>
  new Elysia({
    name: "contacts",
    prefix: "/workspaces/:workspaceId/contacts",
    detail: { tags: ["Contacts"] },
  })
    .use(guard)
    .get(
      "/",
      ({ workspace, query }) => outside.reads.look(workspace.id, contactLooks.page, query),
      {
        permission: "contacts:read",
        params: WorkspaceParams,
        query: ContactQuery,
        response: { 200: ContactPage, ...refusals },
        detail: { summary: "List and search contacts" },
      },
    )
    .get(
      "/count",
      ({ workspace, query }) => outside.reads.look(workspace.id, contactLooks.count, query),
      {
        permission: "contacts:read",
        params: WorkspaceParams,
        query: ContactFilterSchema,
        response: { 200: ContactCount, ...refusals },
        detail: { summary: "Count the contacts of a filter" },
      },
    )
    .post(
      "/",
      ({ db, body, actor }) => {
        const source = actor.kind === "api_key" ? "api" : "manual";
        return createContact(db, body, source, actor.id, clock());
      },
      {
        permission: "contacts:write",
        audit: "contact.create",
        idempotent: true,
        params: WorkspaceParams,
        body: NewContact,
        response: { 200: ContactDetail, ...refusals },
        detail: { summary: "Create a contact" },
      },
    )
    .post(
      "/bulk",
      async ({ body, actor, workspace, note }) => {
        const result = await runBulk(
          {
            open: () => databases.workspace(workspace.id),
            clock,
            jobs,
            workspaceId: workspace.id,
            actorId: actor.id,
            count: (filter) => outside.reads.look(workspace.id, contactLooks.count, filter),
          },
          body,
        );
        note({
          action: `contact.bulk_${body.action}`,
          target: body.listId ?? "",
          detail: { affected: result.affected, action: result.action.id },
        });
        return result;
      },
      {
        permission: "contacts:write",
        audit: "contact.bulk",
        idempotent: true,
        params: WorkspaceParams,
        body: BulkRequest,
        response: { 200: BulkResult, ...refusals },
        detail: { summary: "Change many contacts: given ids immediately, a filter by a task" },
      },
    )
    .get("/bulk", ({ db }) => listTasks(db, contactTasks, "all"), {
      permission: "contacts:read",
      params: WorkspaceParams,
      response: { 200: TaskList, ...refusals },
      detail: { summary: "List the newest bulk actions and whether each can be undone" },
    })
    .post(
      "/bulk/:id/undo",
      ({ db, params, workspace, actor }) => {
        const context = { db, jobs, workspaceId: workspace.id, actorId: actor.id, now: clock() };
        return undoTask(context, contactTasks, params.id);
      },
      {
        permission: "contacts:write",
        audit: "contact.bulk_undo",
        params: WorkspaceItemParams,
        response: { 200: TaskSchema, ...refusals },
        detail: { summary: "Undo a bulk action within a week" },
      },
    )
    .get("/bulk/:id", ({ db, params }) => getTask(db, contactTasks, params.id), {
      permission: "contacts:read",
      params: WorkspaceItemParams,
      response: { 200: TaskSchema, ...refusals },
      detail: { summary: "Get a bulk action and its progress" },
    })
    .post(
      "/bulk/:id/cancel",
      ({ db, params, workspace, actor }) => {
        const by = { jobs, workspaceId: workspace.id, actorId: actor.id };
        return cancelTask({ ...by, db, now: clock() }, contactTasks, params.id);
      },
      {
        permission: "contacts:write",
        audit: "contact.bulk_cancel",
        params: WorkspaceItemParams,
        response: { 200: TaskSchema, ...refusals },
        detail: { summary: "Stop a bulk action" },
      },
    )
    .get("/:id", ({ db, params }) => getContact(db, params.id, clock()), {
      permission: "contacts:read",
      params: WorkspaceItemParams,
      response: { 200: ContactDetail, ...refusals },
      detail: { summary: "Get a contact with its lists" },
    })
    .patch(
      "/:id",
      ({ db, params, body, actor, note }) => {
        note({ detail: { fields: Object.keys(body) } });
        return changeContact(db, params.id, body, { actorId: actor.id, now: clock() });
      },
      {
        permission: "contacts:write",
        audit: "contact.update",
        params: WorkspaceItemParams,
        body: ContactChange,
        response: { 200: ContactDetail, ...refusals },
        detail: { summary: "Change a contact" },
      },
    )
    .delete(
      "/:id",
      ({ db, params }) => {
        deleteContact(db, params.id);
        return done;
      },
      {
        permission: "contacts:write",
        audit: "contact.delete",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a contact; a suppression of its address stays" },
      },
    )
    .get(
      "/:id/timeline",
      ({ db, params, query }) => contactTimeline(db, databases.system, params.id, query, clock()),
      {
        permission: "contacts:read",
        params: WorkspaceItemParams,
        query: TimelineQuery,
        response: { 200: TimelinePage, ...refusals },
        detail: { summary: "Get the timeline of a contact, newest first" },
      },
    );
