import { Elysia } from "elysia";
import { cutPage, readPage } from "../../platform/http/cursor.ts";
import {
  Done,
  done,
  pageQuerySchema,
  refusals,
  WorkspaceItemParams,
  WorkspaceParams,
} from "../../platform/http/schemas.ts";
import { ContactPage } from "../contacts/contacts.schema.ts";
import type { AppDeps } from "../deps.ts";
import { freezeSegment } from "./segment-fill.service.ts";
import { countRule, countSegment, membersOf } from "./segment-people.ts";
import type { SegmentDeps } from "./segment-read.service.ts";
import {
  CountResult,
  FreezeBody,
  FreezeResult,
  LanguageQuery,
  NewSegmentBody,
  PreviewBody,
  PreviewResult,
  SegmentChangeBody,
  SegmentPage,
  SegmentQuery,
  SegmentSchema,
  SegmentUse,
} from "./segments.schema.ts";
import {
  changeSegment,
  createSegment,
  deleteSegment,
  duplicateSegment,
  getSegment,
  listSegments,
  segmentUse,
} from "./segments.service.ts";

export const segmentRoutes = ({
  guard,
  clock,
  jobs,
  databases,
  outside,
}: AppDeps & SegmentDeps) => {
  const contextOf = (workspaceId: string, actorId: string) => ({
    db: databases.workspace(workspaceId),
    jobs,
    workspaceId,
    actorId,
    now: clock(),
  });
  const people = (workspace: { id: string; timeZone: string }) => ({
    open: () => databases.workspace(workspace.id),
    reads: outside.reads,
    workspaceId: workspace.id,
    timeZone: workspace.timeZone,
    clock,
  });
  return new Elysia({
    name: "segments",
    prefix: "/workspaces/:workspaceId/segments",
    detail: { tags: ["Segments"] },
  })
    .use(guard)
    .get("/", ({ db, query }) => listSegments(db, query, query.language ?? "en"), {
      permission: "contacts:read",
      params: WorkspaceParams,
      query: SegmentQuery,
      response: { 200: SegmentPage, ...refusals },
      detail: { summary: "List segments" },
    })
    .post(
      "/",
      ({ body, query, actor, workspace }) => {
        const context = contextOf(workspace.id, actor.id);
        return createSegment(context, body, query.language ?? "en");
      },
      {
        permission: "contacts:write",
        audit: "segment.create",
        idempotent: true,
        params: WorkspaceParams,
        query: LanguageQuery,
        body: NewSegmentBody,
        response: { 200: SegmentSchema, ...refusals },
        detail: { summary: "Save a rule as a segment" },
      },
    )
    .post(
      "/preview",
      ({ body, query, actor, workspace, request }) =>
        countRule(
          people(workspace),
          contextOf(workspace.id, actor.id),
          { rule: body.rule, language: query.language ?? "en" },
          request.signal,
        ),
      {
        permission: "contacts:read",
        audit: { none: "it only counts contacts" },
        params: WorkspaceParams,
        query: LanguageQuery,
        body: PreviewBody,
        response: { 200: PreviewResult, ...refusals },
        detail: { summary: "Count the contacts of an unsaved rule and list some of them" },
      },
    )
    .get("/:id", ({ db, params, query }) => getSegment(db, params.id, query.language ?? "en"), {
      permission: "contacts:read",
      params: WorkspaceItemParams,
      query: LanguageQuery,
      response: { 200: SegmentSchema, ...refusals },
      detail: { summary: "Get a segment" },
    })
    .patch(
      "/:id",
      ({ params, body, query, actor, workspace }) => {
        const context = contextOf(workspace.id, actor.id);
        return changeSegment(context, params.id, body, query.language ?? "en");
      },
      {
        permission: "contacts:write",
        audit: "segment.change",
        params: WorkspaceItemParams,
        query: LanguageQuery,
        body: SegmentChangeBody,
        response: { 200: SegmentSchema, ...refusals },
        detail: { summary: "Change a segment" },
      },
    )
    .delete(
      "/:id",
      async ({ params, workspace }) => {
        await deleteSegment(() => databases.workspace(workspace.id), params.id);
        return done;
      },
      {
        permission: "contacts:write",
        audit: "segment.delete",
        params: WorkspaceItemParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a segment; its contacts stay" },
      },
    )
    .post(
      "/:id/duplicate",
      ({ params, query, actor, workspace, note }) => {
        const context = contextOf(workspace.id, actor.id);
        const segment = duplicateSegment(context, params.id, query.language ?? "en");
        note({ target: segment.id, detail: { from: params.id } });
        return segment;
      },
      {
        permission: "contacts:write",
        audit: "segment.create",
        params: WorkspaceItemParams,
        query: LanguageQuery,
        response: { 200: SegmentSchema, ...refusals },
        detail: { summary: "Copy a segment" },
      },
    )
    .post(
      "/:id/freeze",
      ({ params, body, actor, workspace, note }) => {
        const context = contextOf(workspace.id, actor.id);
        const frozen = freezeSegment(context, params.id, body.name, workspace.timeZone);
        note({ target: frozen.id, detail: { from: params.id } });
        return frozen;
      },
      {
        permission: "contacts:write",
        audit: "segment.freeze",
        params: WorkspaceItemParams,
        body: FreezeBody,
        response: { 200: FreezeResult, ...refusals },
        detail: { summary: "Copy the current contacts of a segment into a new static segment" },
      },
    )
    .post(
      "/:id/count",
      ({ params, workspace, request }) =>
        countSegment(people(workspace), params.id, request.signal),
      {
        permission: "contacts:read",
        audit: { none: "it only counts contacts" },
        params: WorkspaceItemParams,
        response: { 200: CountResult, ...refusals },
        detail: { summary: "Count a segment again" },
      },
    )
    .get("/:id/use", ({ db, params }) => segmentUse(db, params.id), {
      permission: "contacts:read",
      params: WorkspaceItemParams,
      response: { 200: SegmentUse, ...refusals },
      detail: { summary: "List the campaigns that use a segment" },
    })
    .get(
      "/:id/contacts",
      async ({ params, query, workspace }) => {
        const {
          limit,
          after: [before],
        } = readPage(query, [Number.MAX_SAFE_INTEGER]);
        const page = { before, limit: limit + 1 };
        const found = await membersOf(people(workspace), params.id, page);
        return cutPage(found, limit, (contact) => [contact.id]);
      },
      {
        permission: "contacts:read",
        params: WorkspaceItemParams,
        query: pageQuerySchema,
        response: { 200: ContactPage, ...refusals },
        detail: { summary: "List the contacts of a segment, newest first" },
      },
    );
};
