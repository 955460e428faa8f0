import { t } from "elysia";
import { CauseSchema, pageOf, pageQuery, reasonParams } from "../../platform/http/schemas.ts";
import { RenderProblem } from "../templates/templates.schema.ts";
import type { DescribedFault } from "./launch-faults.rules.ts";

const nullable = <T extends Parameters<typeof t.Union>[0][number]>(item: T) =>
  t.Union([item, t.Null()]);

export const MAX_NAME_CHARS = 200;
const MAX_BODY_CHARS = 1_000_000;
const MAX_LISTS = 200;

export const CampaignStatusSchema = t.Union([
  t.Literal("draft"),
  t.Literal("scheduled"),
  t.Literal("preparing"),
  t.Literal("sending"),
  t.Literal("pausing"),
  t.Literal("paused"),
  t.Literal("cancelling"),
  t.Literal("cancelled"),
  t.Literal("completed"),
]);

const ListIds = t.Array(t.Integer({ minimum: 1 }), { maxItems: MAX_LISTS, uniqueItems: true });
const SegmentIds = t.Array(t.Integer({ minimum: 1 }), { maxItems: 50, uniqueItems: true });
export const AudienceSchema = t.Object({
  everyone: t.Boolean(),
  includeLists: ListIds,
  excludeLists: ListIds,
  includeSegments: t.Optional(SegmentIds),
  excludeSegments: t.Optional(SegmentIds),
});

const faultCode = t.Unsafe<DescribedFault["code"]>(t.String());

const Section = t.Object({
  state: t.Union([t.Literal("ready"), t.Literal("needs_you")]),
  problems: t.Array(
    t.Object({ code: faultCode, params: reasonParams, field: t.String(), message: t.String() }),
  ),
});

const summary = {
  id: t.Integer(),
  name: t.String(),
  status: CampaignStatusSchema,
  statusReason: t.String({ description: "Why it was paused, cancelled or unscheduled" }),
  statusCause: CauseSchema,
  subject: t.String(),
  scheduledAt: nullable(t.Integer()),
  recipientTotal: t.Integer({
    description: "Number of recipients, fixed when sending starts; 0 before",
  }),
  createdAt: t.Integer(),
  updatedAt: t.Integer(),
  launchedAt: nullable(t.Integer()),
  startedAt: nullable(t.Integer()),
  finishedAt: nullable(t.Integer()),
};

export const CampaignSummary = t.Object(
  {
    ...summary,
    sent: t.Integer(),
    opened: t.Integer({ description: "People who opened; automated opens are not counted" }),
    clicked: t.Integer({ description: "People who clicked; automated clicks are not counted" }),
  },
  { title: "CampaignSummary" },
);
export const CampaignPage = pageOf(CampaignSummary);
export const CampaignQuery = t.Object({
  ...pageQuery,
  q: t.Optional(t.String({ maxLength: 200, description: "A part of the name or subject" })),
  status: t.Optional(CampaignStatusSchema),
});

const content = {
  subject: t.String({ maxLength: 500 }),
  preheader: t.String({ maxLength: 500 }),
  senderId: nullable(t.Integer({ minimum: 1 })),
  replyTo: t.String({ maxLength: 254, description: "Empty: the sender's reply-to address" }),
  routeId: nullable(t.Integer({ minimum: 1 })),
  routeGroupId: nullable(
    t.Integer({
      minimum: 1,
      description: "A sending method group, instead of a single sending method",
    }),
  ),
  spreadMinutes: nullable(
    t.Integer({
      minimum: 1,
      maximum: 43_200,
      description:
        "Minutes over which sending is spread evenly; null sends as fast as limits allow",
    }),
  ),
  onAmbiguous: t.Union([t.Literal("resend"), t.Literal("hold")], {
    description: "What happens to a message that a server may have accepted without confirming",
  }),
  bodyKind: t.Union([t.Literal("mjml"), t.Literal("html")]),
  bodySource: t.String({ maxLength: MAX_BODY_CHARS }),
  textSource: nullable(t.String({ maxLength: MAX_BODY_CHARS })),
  audience: AudienceSchema,
  trackOpens: t.Boolean(),
  trackClicks: t.Boolean(),
};

export const CampaignView = t.Object(
  {
    ...summary,
    ...content,
    version: t.Integer({ description: "Also returned as the ETag; send it in If-Match" }),
    sections: t.Object({ content: Section, audience: Section, sender: Section, review: Section }),
  },
  { title: "Campaign" },
);
export type CampaignView = typeof CampaignView.static;

const name = t.String({ minLength: 1, maxLength: MAX_NAME_CHARS });
export const CampaignCreate = t.Object({
  name,
  templateId: t.Optional(
    t.Integer({ minimum: 1, description: "A template whose content is copied into the campaign" }),
  ),
  ...t.Partial(t.Object(content)).properties,
});
export type CampaignCreate = typeof CampaignCreate.static;

export const CampaignChange = t.Partial(t.Object({ name, ...content }));
export type CampaignChange = typeof CampaignChange.static;

export const Schedule = t.Object({
  localTime: t.String({
    pattern: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}(:\\d{2})?$",
    error: "not_a_local_time",
    description: "Local time of the time zone",
  }),
  timeZone: t.String({ maxLength: 64, description: "IANA name, for example Europe/Berlin" }),
});
export type Schedule = typeof Schedule.static;

export const Reason = t.Optional(
  t.Object({
    reason: t.Optional(
      t.String({ maxLength: 300, description: "The reason, shown with the campaign" }),
    ),
  }),
);

export const PreviewRequest = t.Optional(
  t.Object({ contactId: t.Optional(t.Integer({ minimum: 1 })) }),
);
export const Preview = t.Object(
  {
    subject: t.String(),
    html: t.String(),
    text: t.String(),
    problems: t.Array(RenderProblem),
    contact: t.Object(
      { id: t.Integer(), email: t.String() },
      { description: "An id of 0 is a sample contact" },
    ),
  },
  { title: "Preview" },
);

export const TestSend = t.Object({
  to: t.Array(t.String({ minLength: 3, maxLength: 254 }), { minItems: 1, maxItems: 5 }),
  contactId: t.Optional(
    t.Integer({ minimum: 1, description: "The contact whose values fill the message" }),
  ),
});
export const TestSendResult = t.Object({
  results: t.Array(
    t.Object({
      to: t.String(),
      accepted: t.Boolean(),
      message: t.String({ description: "The server's reply, or what went wrong" }),
      cause: CauseSchema,
    }),
  ),
});

export const PreflightQuery = t.Object({
  anew: t.Optional(
    t.Boolean({
      description: "True to count again even if the last count is less than a minute old",
    }),
  ),
});
export const Preflight = t.Object(
  {
    waterfall: t.Object(
      {
        duplicates: t.Integer({
          description: "Additional memberships of contacts that are already counted",
        }),
        inAudience: t.Integer({ description: "The sum of the numbers below" }),
        excluded: t.Integer(),
        unsubscribed: t.Integer(),
        unconfirmed: t.Integer(),
        paused: t.Integer(),
        suppressed: t.Object({
          hardBounce: t.Integer(),
          complaint: t.Integer(),
          manual: t.Integer(),
          unclear: t.Integer(),
        }),
        invalid: t.Integer(),
        recipients: t.Integer({ description: "The people who will get the campaign" }),
      },
      {
        description:
          "The steps from the audience to the recipients: how many contacts each step excludes",
      },
    ),
    checks: t.Array(
      t.Object({
        code: faultCode,
        params: reasonParams,
        severity: t.Union([t.Literal("error"), t.Literal("warning")]),
        message: t.String(),
        fix: t.String({
          description:
            "Where to fix it: subject, content, text, audience, sender, route, domains, public-url, instance, workspace, duplicate",
        }),
      }),
    ),
    canSend: t.Boolean({ description: "True if no check is an error" }),
    htmlBytes: t.Integer(),
  },
  { title: "Preflight" },
);
export type Preflight = typeof Preflight.static;
