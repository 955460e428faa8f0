import { Elysia } from "elysia";
import { Done, done, refusals, WorkspaceItemParams } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { duplicatesOf, mergeContacts } from "./contact-merge.ts";
import { addNote, changeNote, removeNote } from "./contact-notes.ts";
import {
  ContactDetail,
  DuplicateList,
  MergeRequest,
  NoteParams,
  NoteSchema,
  NoteText,
} from "./contacts.schema.ts";

export const contactPersonRoutes = ({ guard, clock }: AppDeps) =>
  new Elysia({
    name: "contact-person",
    prefix: "/workspaces/:workspaceId/contacts/:id",
    detail: { tags: ["Contacts"] },
  })
    .use(guard)
    .post(
      "/notes",
      ({ db, params, body, actor, note }) => {
        const { id: contactId } = params;
        const added = addNote(db, { contactId, text: body.text, by: actor.id, now: clock() });
        note({ detail: { note: added.id } });
        return added;
      },
      {
        permission: "contacts:write",
        audit: "contact_note.create",
        idempotent: true,
        params: WorkspaceItemParams,
        body: NoteText,
        response: { 200: NoteSchema, ...refusals },
        detail: { summary: "Add a note to a contact" },
      },
    )
    .patch(
      "/notes/:noteId",
      ({ db, params, body, note }) => {
        note({ detail: { note: params.noteId } });
        return changeNote(db, {
          contactId: params.id,
          id: params.noteId,
          text: body.text,
          now: clock(),
        });
      },
      {
        permission: "contacts:write",
        audit: "contact_note.change",
        params: NoteParams,
        body: NoteText,
        response: { 200: NoteSchema, ...refusals },
        detail: { summary: "Change a note" },
      },
    )
    .delete(
      "/notes/:noteId",
      ({ db, params, note }) => {
        removeNote(db, params.id, params.noteId);
        note({ detail: { note: params.noteId } });
        return done;
      },
      {
        permission: "contacts:write",
        audit: "contact_note.delete",
        params: NoteParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a note" },
      },
    )
    .get("/duplicates", ({ db, params }) => duplicatesOf(db, params.id), {
      permission: "contacts:read",
      params: WorkspaceItemParams,
      response: { 200: DuplicateList, ...refusals },
      detail: { summary: "List possible duplicates of a contact" },
    })
    .post(
      "/merge",
      ({ db, params, body, actor, note }) => {
        const request = { keep: params.id, from: body.from, choice: body.choice };
        const contact = mergeContacts(db, request, { actorId: actor.id, now: clock() });
        note({ detail: { from: body.from } });
        return contact;
      },
      {
        permission: "contacts:write",
        audit: "contact.merge",
        params: WorkspaceItemParams,
        body: MergeRequest,
        response: { 200: ContactDetail, ...refusals },
        detail: { summary: "Merge two contacts" },
      },
    );
