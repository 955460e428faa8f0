import { t } from "elysia";
import { ContactChange, ContactDetail, NewContact } from "./contacts.schema.ts";

const MAX_ITEMS = 1_000;

const Problems = t.Array(
  t.Object({ field: t.String(), reason: t.String(), hint: t.Optional(t.String()) }),
);

const Outcome = t.Union([t.Literal("created"), t.Literal("updated"), t.Literal("unchanged")]);

export const AddressParams = t.Object({
  workspaceId: t.String({ description: "The workspace's id" }),
  address: t.String({ maxLength: 1000, description: "URL-encoded" }),
});

export const ContactUpsert = t.Composite([
  t.Omit(ContactChange, ["email"]),
  t.Pick(NewContact, ["listIds"]),
]);

export const UpsertResult = t.Object(
  { outcome: Outcome, contact: ContactDetail },
  { title: "ContactUpsert" },
);

export const ContactBatch = t.Object({
  mode: t.Optional(
    t.Union([t.Literal("upsert"), t.Literal("create"), t.Literal("update")], {
      default: "upsert",
      description: "create refuses existing addresses, update unknown ones",
    }),
  ),
  items: t.Array(NewContact, { minItems: 1, maxItems: MAX_ITEMS }),
});

export const MembershipBatch = t.Object({
  items: t.Array(
    t.Object({
      contactId: t.Optional(t.Integer({ minimum: 1 })),
      email: t.Optional(
        t.String({ maxLength: 1000, description: "The contact's address, instead of contactId" }),
      ),
      listId: t.Integer({ minimum: 1 }),
      action: t.Union(
        [t.Literal("add"), t.Literal("subscribe"), t.Literal("unsubscribe"), t.Literal("remove")],
        { description: "add never undoes an unsubscribe; subscribe does" },
      ),
      reason: t.Optional(t.String({ maxLength: 500 })),
    }),
    { minItems: 1, maxItems: MAX_ITEMS },
  ),
});

export const BatchResult = t.Object(
  {
    created: t.Number(),
    updated: t.Number(),
    unchanged: t.Number(),
    rejected: t.Number(),
    items: t.Array(
      t.Object({
        index: t.Number({ description: "Position of the item in the request, starting at 0" }),
        outcome: t.Union([
          t.Literal("created"),
          t.Literal("updated"),
          t.Literal("unchanged"),
          t.Literal("rejected"),
        ]),
        id: t.Union([t.Number(), t.Null()]),
        problems: Problems,
      }),
    ),
  },
  { title: "BatchResult" },
);
