import { type Static, t } from "elysia";
import { CauseSchema, pageOf, pageQuery } from "../../platform/http/schemas.ts";
import { BottleneckSchema } from "../queue/bottleneck.schema.ts";
import { LanguageQuery } from "../segments/segments.schema.ts";

const Nullable = <T extends Parameters<typeof t.Union>[0][number]>(schema: T) =>
  t.Union([schema, t.Null()]);

export const StateCounts = t.Object(
  {
    total: t.Integer(),
    pending: t.Integer(),
    leased: t.Integer({ description: "Messages that the delivery thread is sending now" }),
    deferred: t.Integer(),
    held: t.Integer(),
    sent: t.Integer(),
    bounced: t.Integer(),
    failed: t.Integer(),
    skipped: t.Integer(),
  },
  { description: "pending + leased + … + skipped = total, at every moment" },
);

const Engagement = t.Object({
  unique: t.Integer({ description: "Number of messages; each is counted once" }),
  total: t.Integer(),
});

const ByClass = t.Object({ human: Engagement, machine: Engagement });

export const RecipientState = t.Union([
  t.Literal("pending"),
  t.Literal("deferred"),
  t.Literal("held"),
  t.Literal("sent"),
  t.Literal("bounced"),
  t.Literal("failed"),
  t.Literal("skipped"),
]);

export const CampaignReport = t.Object({
  campaign: t.Object({
    id: t.Integer(),
    name: t.String(),
    subject: t.String(),
    status: t.String(),
    statusReason: t.String(),
    statusCause: CauseSchema,
    launchedAt: Nullable(t.Integer()),
    startedAt: Nullable(t.Integer()),
    finishedAt: Nullable(t.Integer()),
  }),
  counts: StateCounts,
  engagement: t.Object({
    opens: ByClass,
    clicks: ByClass,
    views: ByClass,
    unsubscribes: t.Integer(),
    complaints: t.Integer(),
  }),
  reasons: t.Array(t.Object({ state: RecipientState, reason: t.String(), count: t.Integer() }), {
    description:
      "Why messages are deferred, held, bounced, failed or skipped, with numbers; largest first",
  }),
  providers: t.Array(t.Intersect([t.Object({ provider: t.String() }), StateCounts]), {
    description: "The same counts for each destination provider",
  }),
  complaintWarning: Nullable(
    t.Object(
      { complaints: t.Integer(), sent: t.Integer(), limitPercent: t.Number() },
      { description: "Set when the complaints exceed the workspace's warning threshold" },
    ),
  ),
  ambiguous: t.Integer({
    description:
      "Messages whose reply was lost after the final dot. They may have arrived, or may have arrived twice if they were sent again. recipients?reason=ambiguous lists them",
  }),
});
export type CampaignReport = Static<typeof CampaignReport>;

export const TimelineQuery = t.Object({
  bucket: t.Optional(
    t.Union([t.Literal("minute"), t.Literal("hour"), t.Literal("day")], {
      description: "Leave it out for the smallest bucket that gives at most 500 points",
    }),
  ),
});

export const Timeline = t.Object({
  bucketMs: t.Integer(),
  points: t.Array(
    t.Object({
      at: t.Integer(),
      sent: t.Integer(),
      bounced: t.Integer(),
      failed: t.Integer(),
      opensHuman: t.Integer(),
      opensMachine: t.Integer(),
      clicksHuman: t.Integer(),
      clicksMachine: t.Integer(),
      unsubscribes: t.Integer(),
    }),
  ),
});
export type Timeline = Static<typeof Timeline>;

export const LinkReport = t.Object({
  items: t.Array(
    t.Object({ linkNo: t.Integer(), url: t.String(), human: Engagement, machine: Engagement }),
  ),
});

export const RecipientQuery = t.Object({
  ...pageQuery,
  state: t.Optional(RecipientState),
  reason: t.Optional(
    t.String({ maxLength: 100, description: "One of the report's reasons, or ambiguous" }),
  ),
  q: t.Optional(t.String({ maxLength: 320, description: "A prefix of an address" })),
});
export type RecipientQuery = Static<typeof RecipientQuery>;

const Recipient = t.Object({
  seq: t.Integer(),
  contactId: t.Integer(),
  address: t.String(),
  state: RecipientState,
  reason: t.String(),
  attempts: t.Integer(),
  dueAt: Nullable(t.Integer()),
  changedAt: Nullable(t.Integer()),
});
export const RecipientPage = pageOf(Recipient);
export type Recipient = Static<typeof Recipient>;

const ListStatus = t.Object({ listId: t.Integer(), name: t.String(), status: t.String() });

export const RecipientStory = t.Object({
  recipient: Recipient,
  provider: t.String(),
  suppression: Nullable(
    t.Object({ reason: t.String(), source: t.String(), createdAt: t.Integer() }),
  ),
  attempts: t.Array(
    t.Object({
      at: t.Integer(),
      outcome: t.String(),
      category: t.String(),
      stage: t.String(),
      code: t.Integer(),
      enhanced: t.String(),
      reply: t.String(),
      host: t.String(),
      routeName: t.String(),
      durationMs: t.Integer(),
    }),
  ),
  reports: t.Array(
    t.Object({
      at: t.Integer(),
      via: t.String(),
      action: t.Union([t.Literal("failed"), t.Literal("delayed"), t.Literal("complaint")]),
      category: t.String(),
      code: t.Integer(),
      enhanced: t.String(),
      reply: t.String(),
      address: t.String({
        description: "The address in the report, when it differs from the recipient's",
      }),
    }),
    { description: "Bounces and complaints after the server accepted it" },
  ),
  included: t.Array(ListStatus, {
    description: "The lists of the audience that the contact is on",
  }),
  segments: t.Array(t.String(), { description: "Names of the segments that selected the contact" }),
  waits: t.Array(
    t.Object({
      at: t.Integer(),
      until: Nullable(t.Integer({ description: "When it was or will be tried again" })),
      reason: t.String({ description: "Category of the server's reply" }),
      host: t.String(),
      routeName: t.String(),
    }),
    { description: "What the message has waited for, oldest first" },
  ),
  now: Nullable(
    t.Object(
      {
        bottleneck: Nullable(BottleneckSchema),
        sites: t.Array(
          t.Object({ siteName: t.String(), reason: t.String(), until: Nullable(t.Integer()) }),
          { description: "Limits at the receiving servers of this message" },
        ),
      },
      {
        description:
          "What the message is waiting for now; null if it has a final status or nothing is being sent",
      },
    ),
  ),
  events: t.Array(
    t.Object({
      at: t.Integer(),
      kind: t.Union([
        t.Literal("open"),
        t.Literal("click"),
        t.Literal("view"),
        t.Literal("unsubscribe"),
        t.Literal("bounce"),
        t.Literal("complaint"),
      ]),
      class: t.Union([
        t.Literal("human"),
        t.Literal("apple_mpp"),
        t.Literal("gmail_proxy"),
        t.Literal("scanner"),
        t.Literal("prefetch"),
        t.Literal("unknown"),
      ]),
      rule: t.String(),
      url: Nullable(t.String()),
      ip: t.String(),
      userAgent: t.String(),
    }),
  ),
});
const SegmentVerdict = t.Object({
  segmentId: t.Integer(),
  name: t.String(),
  role: t.Union([t.Literal("include"), t.Literal("exclude")]),
  matches: t.Boolean({
    description: "The result of the conditions at the launch, with the contact's current data",
  }),
  words: t.String({ description: "The conditions as a sentence" }),
  missing: t.Array(t.String(), {
    description: "The conditions that the contact does not match",
  }),
  isChanged: t.Boolean({
    description: "True if the segment was changed or deleted since the launch",
  }),
});

export const WhyQuery = t.Object({
  ...LanguageQuery.properties,
  email: t.String({ minLength: 3, maxLength: 320 }),
});

export const WhyAnswer = t.Object({
  address: t.String(),
  contactId: Nullable(t.Integer()),
  seq: Nullable(
    t.Integer({
      description:
        "Number of the person's message; the recipient's page has its attempts and events",
    }),
  ),
  answer: t.Union(
    [
      t.Literal("recipient"),
      t.Literal("no_contact"),
      t.Literal("merged"),
      t.Literal("address_changed"),
      t.Literal("not_launched"),
      t.Literal("too_late"),
      t.Literal("excluded"),
      t.Literal("on_no_list"),
      t.Literal("left_list"),
      t.Literal("unconfirmed"),
      t.Literal("subscribed_later"),
      t.Literal("in_no_segment"),
      t.Literal("in_excluded_segment"),
      t.Literal("suppressed"),
      t.Literal("blocked"),
      t.Literal("suppressed_erasure"),
      t.Literal("left_all_lists"),
      t.Literal("paused"),
      t.Literal("invalid"),
      t.Literal("left_out"),
    ],
    { description: "Whether they are a recipient, and if not, the first reason why" },
  ),
  included: t.Array(ListStatus, {
    description: "The lists of the audience that the contact is on",
  }),
  excluded: t.Array(ListStatus, {
    description: "Lists that the audience excludes and that the contact is on",
  }),
  suppression: Nullable(
    t.Object({ reason: t.String(), source: t.String(), createdAt: t.Integer() }),
  ),
  segments: t.Array(SegmentVerdict, {
    description: "The result of each segment of the audience, with its conditions at the launch",
  }),
  pausedUntil: Nullable(t.Integer({ description: "Time until which the contact is paused" })),
  launchedAt: Nullable(t.Integer()),
});
export type WhyAnswer = Static<typeof WhyAnswer>;

export type RecipientStory = Static<typeof RecipientStory>;

export const Dashboard = t.Object({
  contacts: t.Integer(),
  suppressed: t.Integer(),
  last30Days: t.Object({
    sent: t.Integer(),
    opensHuman: t.Integer({ description: "Number of messages opened by a person" }),
    clicksHuman: t.Integer({ description: "Number of messages clicked by a person" }),
    bounced: t.Integer(),
    unsubscribes: t.Integer(),
  }),
  recent: t.Array(
    t.Object({
      id: t.Integer(),
      name: t.String(),
      status: t.String(),
      statusReason: t.String(),
      statusCause: CauseSchema,
      updatedAt: t.Integer(),
      scheduledAt: Nullable(t.Integer()),
      counts: StateCounts,
      opensHuman: t.Integer(),
      clicksHuman: t.Integer(),
    }),
  ),
  needsYou: t.Array(t.Object({ kind: t.String(), count: t.Integer(), id: Nullable(t.Integer()) }), {
    description:
      "What needs attention: no_route, no_sender, unverified_domain, paused_campaign, held_messages, broken_form, failed_import",
  }),
});
export type Dashboard = Static<typeof Dashboard>;
