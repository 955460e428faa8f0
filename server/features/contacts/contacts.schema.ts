import { t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";
import { TaskSchema } from "../tasks/tasks.schema.ts";

const Status = t.Union([t.Literal("mailable"), t.Literal("unsubscribed"), t.Literal("suppressed")]);

const FieldValues = t.Record(
  t.String(),
  t.Union([t.String(), t.Number(), t.Boolean(), t.Array(t.String())]),
);

const contact = {
  id: t.Number(),
  email: t.String({ description: "The address as it was entered" }),
  address: t.String({ description: "The normalized address, which is unique" }),
  firstName: t.String(),
  lastName: t.String(),
  language: t.String(),
  timeZone: t.String({ description: "IANA name; empty if unknown" }),
  country: t.String({ description: "ISO 3166-1 alpha-2; empty if unknown" }),
  city: t.String(),
  fields: FieldValues,
  trackingOff: t.Boolean(),
  source: t.String(),
  createdAt: t.Number(),
  updatedAt: t.Number(),
  status: Status,
  suppressionReason: t.Union([t.String(), t.Null()]),
};
export const ContactSchema = t.Object(contact, { title: "Contact" });
export const ContactPage = pageOf(ContactSchema);
export const ContactDetail = t.Object(
  {
    ...contact,
    pausedUntil: t.Union([t.Number(), t.Null()], {
      description:
        "Unix ms: no campaign reaches the contact before then, because the person paused email",
    }),
    lists: t.Array(
      t.Object({
        id: t.Number(),
        name: t.String(),
        status: t.Union([t.Literal("pending"), t.Literal("subscribed"), t.Literal("unsubscribed")]),
        changedAt: t.Number(),
        source: t.String(),
        reason: t.String(),
      }),
    ),
    tags: t.Array(t.Object({ id: t.Number(), name: t.String() })),
  },
  { title: "ContactDetail" },
);

const filter = {
  q: t.Optional(
    t.String({ maxLength: 254, description: "A prefix of an address, name or domain" }),
  ),
  status: t.Optional(Status),
  list: t.Optional(t.Integer({ minimum: 1, description: "Only contacts subscribed to this list" })),
  tag: t.Optional(t.Integer({ minimum: 1, description: "Only contacts with this tag" })),
  createdFrom: t.Optional(t.Integer({ minimum: 0, description: "Unix ms, inclusive" })),
  createdTo: t.Optional(t.Integer({ minimum: 0, description: "Unix ms, exclusive" })),
};
export const ContactFilterSchema = t.Object(filter, { title: "ContactFilter" });
export const ContactQuery = t.Object({
  ...pageQuery,
  ...filter,
  sort: t.Optional(t.Union([t.Literal("created"), t.Literal("address")])),
});
export const ContactCount = t.Object({
  count: t.Number(),
  exact: t.Boolean({ description: "False if there may be more" }),
});

const input = {
  firstName: t.Optional(t.String({ maxLength: 1000 })),
  lastName: t.Optional(t.String({ maxLength: 1000 })),
  language: t.Optional(t.String({ maxLength: 50 })),
  timeZone: t.Optional(t.String({ maxLength: 100 })),
  country: t.Optional(t.String({ maxLength: 10 })),
  city: t.Optional(t.String({ maxLength: 1000 })),
  fields: t.Optional(
    t.Record(t.String(), t.Unknown(), { description: "Values by field key; null removes a value" }),
  ),
  trackingOff: t.Optional(t.Boolean()),
};
export const NewContact = t.Object({
  email: t.String({ maxLength: 1000 }),
  ...input,
  listIds: t.Optional(t.Array(t.Integer({ minimum: 1 }), { maxItems: 50 })),
});
export const ContactChange = t.Object({
  email: t.Optional(t.String({ maxLength: 1000 })),
  ...input,
});

export const TimelineQuery = t.Object({
  ...pageQuery,
  kinds: t.Optional(
    t.String({ maxLength: 200, description: "Only these kinds, separated by commas" }),
  ),
});
export const TimelinePage = pageOf(
  t.Object({
    at: t.Number(),
    key: t.String(),
    kind: t.Union([
      t.Literal("created"),
      t.Literal("message"),
      t.Literal("event"),
      t.Literal("list"),
      t.Literal("suppressed"),
      t.Literal("note"),
      t.Literal("edit"),
      t.Literal("consent"),
      t.Literal("custom_event"),
    ]),
    what: t.String({
      description:
        "Status of the message, kind of event, status in the list, or reason of the suppression",
    }),
    campaignId: t.Union([t.Number(), t.Null()]),
    campaignName: t.Union([t.String(), t.Null()]),
    seq: t.Union([t.Number(), t.Null()]),
    listId: t.Union([t.Number(), t.Null()]),
    listName: t.Union([t.String(), t.Null()]),
    detail: t.String(),
    actor: t.Union([t.String(), t.Null()]),
    actorName: t.Union([t.String(), t.Null()]),
  }),
);

const Action = t.Union([
  t.Literal("delete"),
  t.Literal("add_to_list"),
  t.Literal("remove_from_list"),
  t.Literal("suppress"),
  t.Literal("set_field"),
  t.Literal("add_tag"),
  t.Literal("remove_tag"),
]);
export const BulkRequest = t.Object({
  action: Action,
  ids: t.Optional(t.Array(t.Integer({ minimum: 1 }), { minItems: 1, maxItems: 1000 })),
  filter: t.Optional(ContactFilterSchema),
  listId: t.Optional(t.Integer({ minimum: 1 })),
  tag: t.Optional(
    t.String({ minLength: 1, maxLength: 60, description: "Created if it does not exist" }),
  ),
  field: t.Optional(t.String({ maxLength: 40, description: "Key of the custom field" })),
  value: t.Optional(t.Unknown({ description: "Value of the field; null or empty removes it" })),
});
export const BulkResult = t.Object({
  affected: t.Number({ description: "Contacts changed so far" }),
  job: t.Union([TaskSchema, t.Null()], {
    description: "The job that processes a filter; null when everything is done",
  }),
  action: TaskSchema,
});

const FieldTypeSchema = t.Union([
  t.Literal("text"),
  t.Literal("number"),
  t.Literal("boolean"),
  t.Literal("date"),
  t.Literal("choice"),
  t.Literal("multi_choice"),
  t.Literal("url"),
]);
const label = t.String({ minLength: 1, maxLength: 100 });
const choices = t.Array(t.String({ minLength: 1, maxLength: 200 }), { maxItems: 100 });
export const FieldSchema = t.Object(
  {
    id: t.Number(),
    key: t.String({ description: "Its name in templates: contact.<key>" }),
    label: t.String(),
    type: FieldTypeSchema,
    choices: t.Array(t.String()),
    oldKey: t.Union([t.String(), t.Null()], {
      description: "True while values are being moved to a new key",
    }),
    createdAt: t.Number(),
  },
  { title: "ContactField" },
);
export const FieldList = t.Object({ items: t.Array(FieldSchema) });
export const NewField = t.Object({
  key: t.Optional(t.String({ maxLength: 40 })),
  label,
  type: FieldTypeSchema,
  choices: t.Optional(choices),
});
export const FieldChange = t.Object({
  label: t.Optional(label),
  choices: t.Optional(choices),
  key: t.Optional(
    t.String({ maxLength: 40, description: "A new key; a task moves the values to it" }),
  ),
});
export const FieldUse = t.Object(
  {
    contacts: t.Number({ description: "Number of contacts with a value" }),
    segments: t.Array(t.Object({ id: t.Number(), name: t.String() })),
    campaigns: t.Array(t.Object({ id: t.Number(), name: t.String() }), {
      description: "Campaigns that are not sent yet and use the field, directly or in a segment",
    }),
    templates: t.Array(t.Object({ id: t.Number(), name: t.String() })),
  },
  { title: "ContactFieldUse" },
);

export const NoteText = t.Object({ text: t.String({ minLength: 1, maxLength: 5_000 }) });
export const NoteParams = t.Object({
  workspaceId: t.String({ description: "The workspace's id" }),
  id: t.Integer({ minimum: 1 }),
  noteId: t.Integer({ minimum: 1 }),
});
export const NoteSchema = t.Object(
  {
    id: t.Number(),
    contactId: t.Number(),
    text: t.String(),
    createdBy: t.String(),
    createdAt: t.Number(),
    updatedAt: t.Number(),
  },
  { title: "ContactNote" },
);

export const DuplicateList = t.Object({
  items: t.Array(
    t.Object({
      id: t.Number(),
      email: t.String(),
      address: t.String(),
      firstName: t.String(),
      lastName: t.String(),
      createdAt: t.Number(),
      why: t.Union([t.Literal("mailbox"), t.Literal("name")], {
        description:
          "Why they may be one person: another spelling of the same mailbox, or the same name at the same domain",
      }),
    }),
  ),
});
export const MergeRequest = t.Object({
  from: t.Integer({
    minimum: 1,
    description: "The contact to merge into the other one; it is deleted",
  }),
  choice: t.Optional(ContactChange),
});
