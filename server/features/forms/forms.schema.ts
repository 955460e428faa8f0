import { type Static, t } from "elysia";
import { pageOf, pageQuery } from "../../platform/http/schemas.ts";

const line = (maxLength: number) => t.String({ maxLength, default: "" });
const color = t.String({
  maxLength: 7,
  default: "",
  description: "Colour as #rrggbb; empty: the default",
});
const reference = t.Union([t.Integer({ minimum: 1 }), t.Null()], { default: null });

/** The settings of a form. Empty texts use the default of the form's language. */
export const FormSettingsSchema = t.Object(
  {
    language: t.Union([t.Literal("en"), t.Literal("de")], { default: "en" }),
    title: line(200),
    intro: line(2_000),
    button: line(60),
    fields: t.Array(
      t.Object({
        key: t.String({
          maxLength: 40,
          description:
            "first_name, last_name, place.country, place.city, place.time_zone or the key of a custom field",
        }),
        required: t.Boolean({ default: false }),
      }),
      { maxItems: 20, default: [] },
    ),
    listIds: t.Array(t.Integer({ minimum: 1 }), {
      maxItems: 20,
      default: [],
      description: "Public lists that people join",
    }),
    chooseLists: t.Boolean({
      default: false,
      description: "True if people choose among the lists",
    }),
    consentText: line(4_000),
    consentCheckbox: t.Boolean({
      default: false,
      description: "True if people must tick a box to consent",
    }),
    doubleOptIn: t.Boolean({ default: true }),
    senderId: reference,
    routeId: reference,
    confirmSubject: line(200),
    confirmBody: line(5_000),
    submittedText: line(2_000),
    submittedUrl: line(1_000),
    confirmedText: line(2_000),
    confirmedUrl: line(1_000),
    welcome: t.Boolean({ default: false }),
    welcomeSubject: line(200),
    welcomeBody: line(5_000),
    origins: t.Array(t.String({ maxLength: 300 }), {
      maxItems: 20,
      default: [],
      description: "Origins of the pages that embed the form, such as https://www.example.org",
    }),
    style: t.Object(
      {
        accent: color,
        background: color,
        text: color,
        radius: t.Integer({ minimum: 0, maximum: 24, default: 6 }),
      },
      { default: { accent: "", background: "", text: "", radius: 6 } },
    ),
  },
  { title: "FormSettings" },
);
export type FormSettings = Static<typeof FormSettingsSchema>;

const counts = t.Object({
  views: t.Number({ description: "Views of the hosted page" }),
  submits: t.Number(),
  confirmed: t.Number({ description: "Sign-ups that were completed" }),
  bots: t.Number({ description: "Submissions refused as automated" }),
});

const form = {
  id: t.Number(),
  name: t.String(),
  enabled: t.Boolean(),
  version: t.Number({ description: "Send it in If-Match" }),
  consentVersion: t.Number(),
  createdAt: t.Number(),
  updatedAt: t.Number(),
  problem: t.Union([t.Literal("no_list"), t.Null()], {
    description:
      "no_list: all lists of the form were deleted or are no longer public, so it does not accept sign-ups",
  }),
  url: t.String({ description: "URL of the hosted page" }),
  counts,
  waiting: t.Number({ description: "Unconfirmed sign-ups" }),
};
export const FormPage = pageOf(t.Object(form, { title: "FormSummary" }));
export const FormSchema = t.Object(
  {
    ...form,
    settings: FormSettingsSchema,
    snippet: t.String({ description: "HTML for embedding the form in another page" }),
  },
  { title: "Form" },
);
export const FormQuery = t.Object(pageQuery);

const name = t.String({ minLength: 1, maxLength: 100 });
const settings = t.Partial(FormSettingsSchema);
export const NewForm = t.Object({ name, settings: t.Optional(settings) });
export const FormChange = t.Object({
  name: t.Optional(name),
  enabled: t.Optional(t.Boolean()),
  settings: t.Optional(settings),
});
export const FormPreviewRequest = t.Object({ name, settings });
export const FormPreview = t.Object({ html: t.String() });

export const FormNumbers = t.Object({
  days: t.Array(
    t.Object({ day: t.Number({ description: "Start of the day in UTC, in unix ms" }), counts }),
  ),
  wordings: t.Array(
    t.Object({
      version: t.Number(),
      text: t.String(),
      hash: t.String(),
      createdAt: t.Number(),
      given: t.Number({ description: "Number of consents to this text" }),
    }),
  ),
});
