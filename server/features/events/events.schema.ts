import { t } from "elysia";
import { FieldProblemSchema, pageOf } from "../../platform/http/schemas.ts";

const MAX_ITEMS = 1_000;

export const EventBody = t.Object({
  name: t.String({ minLength: 1, maxLength: 100 }),
  contactId: t.Optional(t.Integer({ minimum: 1 })),
  email: t.Optional(
    t.String({ maxLength: 1000, description: "The contact's address, instead of contactId" }),
  ),
  at: t.Optional(t.Integer({ minimum: 0, description: "Unix ms; defaults to now" })),
  properties: t.Optional(
    t.Record(t.String(), t.Unknown(), { description: "Text, number or boolean values by name" }),
  ),
  key: t.Optional(
    t.String({
      minLength: 1,
      maxLength: 200,
      description: "Your own id of the event; a repeated key stores nothing",
    }),
  ),
  createContact: t.Optional(
    t.Boolean({ default: false, description: "Create a contact if the address is unknown" }),
  ),
});
export const EventBatch = t.Object({
  items: t.Array(EventBody, { minItems: 1, maxItems: MAX_ITEMS }),
});

export const EventResultSchema = t.Object(
  {
    index: t.Number({ description: "Position of the item in the request, starting at 0" }),
    outcome: t.Union([t.Literal("stored"), t.Literal("known"), t.Literal("rejected")], {
      description: "known: an event with this key was already stored",
    }),
    id: t.Union([t.Number(), t.Null()]),
    contactId: t.Union([t.Number(), t.Null()]),
    problems: t.Array(FieldProblemSchema),
  },
  { title: "EventResult" },
);
export const EventBatchResult = t.Object({ items: t.Array(EventResultSchema) });

export const EventPage = pageOf(
  t.Object(
    {
      id: t.Number(),
      name: t.String(),
      contactId: t.Number(),
      at: t.Number(),
      receivedAt: t.Number(),
      properties: t.Record(t.String(), t.Union([t.String(), t.Number(), t.Boolean()])),
      key: t.Union([t.String(), t.Null()]),
    },
    { title: "CustomEvent" },
  ),
);
export const EventNames = t.Object({
  items: t.Array(t.Object({ name: t.String(), count: t.Number(), lastAt: t.Number() })),
});
