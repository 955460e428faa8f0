import { Elysia, t } from "elysia";
import { writeTurn } from "../../platform/db/write-turn.ts";
import { textUpTo } from "../../platform/http/body-limit.ts";
import type { PeerAddress } from "../../platform/http/client-address.ts";
import { isOwnOrigin } from "../../platform/http/own-origin.ts";
import { html, type PageLook } from "../../platform/http/plain-page.ts";
import { answerAs, formBody } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import { agentOf, answerOrAskToRetry, pageLanguage } from "../tracking/recipient.service.ts";
import { brandOf } from "../workspaces/public-look.service.ts";
import { type Filled, formMessage, formPage, lookOf } from "./form-html.ts";
import { FORM_SCRIPT } from "./form-script.ts";
import { hasLostItsLists } from "./form-view.ts";
import { type FormLanguage, formWords } from "./form-words.rules.ts";
import { originsOf, textOr } from "./forms.rules.ts";
import { type OpenForm, PublicForms, type Submitted } from "./signup.ts";
import { type Confirmation, Confirmations, type Standing } from "./signup-complete.ts";
import { WELCOME_JOB } from "./signup-run.ts";

const TokenParams = t.Object({ token: t.String({ maxLength: 200 }) });
const Page = answerAs(
  "An HTML page, or JSON if the script requests it",
  "text/html",
  "application/json",
);
const MAX_POST_BYTES = 32 * 1024;

type PublicFormDeps = Pick<
  AppDeps,
  "databases" | "keyRing" | "clock" | "guard" | "clientAddress" | "jobs" | "outside"
>;
type Sent = { request: Request; server: PeerAddress; token: string; body: string };

const languageOf = (request: Request): FormLanguage =>
  pageLanguage(request.headers.get("accept-language"));

/** The public routes of forms. No cookie is set or read, so no page can act in someone else's name. */
export const publicFormRoutes = (deps: PublicFormDeps) => {
  const forms = new PublicForms(deps);
  const visitorOf = (request: Request, server: PeerAddress) => ({
    ip: deps.clientAddress(request, server),
    userAgent: agentOf(request),
  });
  const confirmations = new Confirmations(deps);

  const brand = (open: OpenForm | Confirmation): PageLook => {
    const db = deps.databases.workspace(open.workspaceId);
    return lookOf(open.form.settings, brandOf(db, open.workspaceName));
  };
  const show = (open: OpenForm, token: string, filled: Filled, status = 200) =>
    formPage(forms.view(open), {
      challenge: forms.challenges.issue(token, deps.clock()),
      look: brand(open),
      filled,
      status,
    });

  const hosted = (token: string, request: Request): Response => {
    const open = forms.find(token);
    if (open === undefined) {
      return noForm(request);
    }
    const view = forms.view(open);
    if (hasLostItsLists(view.settings, view.topics)) {
      return closed(open);
    }
    forms.viewed(open);
    return show(open, token, prefilled(view, new URL(request.url).searchParams));
  };

  const challenge = (token: string, request: Request): Response => {
    const open = forms.find(token);
    const answer =
      open === undefined
        ? new Response(null, { status: 404 })
        : Response.json({ challenge: forms.challenges.issue(token, deps.clock()) });
    answer.headers.set("cache-control", "no-store");
    return open === undefined ? answer : shared(answer, open, request);
  };

  const submit = async ({ request, server, token, body }: Sent): Promise<Response> => {
    const open = forms.find(token);
    if (open === undefined) {
      return noForm(request);
    }
    const { settings } = open.form;
    const words = formWords[settings.language];
    const look = brand(open);
    const origin = request.headers.get("origin");
    const isFromElsewhere =
      settings.origins.length > 0 &&
      !isOwnOrigin(request, deps.outside.publicUrl()) &&
      !settings.origins.includes(origin ?? "");
    if (isFromElsewhere) {
      const { foreignTitle: title, foreign: text } = words;
      return formMessage(settings, { status: 403, title, text, look });
    }
    if (Buffer.byteLength(body) > MAX_POST_BYTES) {
      return formMessage(settings, {
        status: 413,
        title: words.largeTitle,
        text: words.large,
        look,
      });
    }
    const sent = new URLSearchParams(body);
    await writeTurn(() => deps.databases.workspace(open.workspaceId));
    const submitted = forms.submit(open, token, sent, visitorOf(request, server));
    if (request.headers.get("accept") === "application/json") {
      return shared(asJson(open, submitted), open, request);
    }
    switch (submitted.kind) {
      case "slow":
        return slowDown(
          formMessage(settings, { status: 429, title: words.slowTitle, text: words.slow, look }),
        );
      case "closed":
        return closed(open);
      case "again":
        return show(open, token, submitted.filled, 422);
      case "taken":
        return settings.submittedUrl === ""
          ? formMessage(settings, { ...takenWords(open, submitted.proven), look })
          : seeOther(settings.submittedUrl);
    }
  };

  const closed = (open: OpenForm): Response => {
    const { settings } = open.form;
    const { closedTitle: title, closed: text } = formWords[settings.language];
    return formMessage(settings, { status: 410, title, text, look: brand(open) });
  };

  /** The page behind the link if there is nothing to confirm, or no longer anything to confirm. */
  const settled = (found: Confirmation, standing: Exclude<Standing, "open">): Response => {
    const { settings } = found.form;
    const words = formWords[settings.language];
    const look = brand(found);
    if (standing === "confirmed") {
      const text = textOr(settings.confirmedText, settings.language, "confirmed");
      return formMessage(settings, { title: words.confirmedTitle, text, look });
    }
    const [title, text] =
      standing === "pointless"
        ? [words.listGoneTitle, words.listGone]
        : [words.notSignedUpTitle, words[standing]];
    return formMessage(settings, { status: 410, title, text, look });
  };

  const ask = (token: string, request: Request): Response => {
    const found = confirmations.find(token);
    if (found === undefined) {
      return goneLink(request);
    }
    const standing = confirmations.standing(found);
    if (standing !== "open") {
      return settled(found, standing);
    }
    const { settings } = found.form;
    const words = formWords[settings.language];
    return formMessage(settings, {
      title: words.confirmTitle,
      text: words.confirm(found.row.email),
      look: brand(found),
      form: html`<form method="post"><button>${words.confirmButton}</button></form>`,
      targets: originsOf(settings.confirmedUrl),
    });
  };

  const confirm = async (
    token: string,
    request: Request,
    server: PeerAddress,
  ): Promise<Response> => {
    const found = confirmations.find(token);
    if (found === undefined || !isOwnOrigin(request, deps.outside.publicUrl())) {
      return goneLink(request);
    }
    await writeTurn(() => deps.databases.workspace(found.workspaceId));
    confirmations.confirm(found, visitorOf(request, server), () =>
      deps.jobs.enqueue(WELCOME_JOB, found.workspaceId, { signupId: found.row.id }),
    );
    const standing = confirmations.standing(found);
    const { confirmedUrl } = found.form.settings;
    // If the person is erased after this request, the erasure leaves the sign-up open or removes it.
    const result = standing === "open" ? "pointless" : standing;
    return result === "confirmed" && confirmedUrl !== ""
      ? seeOther(confirmedUrl)
      : settled(found, result);
  };

  const options = (summary: string) => ({
    open: "a form is for people without an account; its owner decides what it does",
    params: TokenParams,
    response: {
      200: Page,
      303: answerAs("Redirects to the page that the form's owner set"),
      403: Page,
      404: Page,
      410: Page,
      413: Page,
      422: Page,
      429: Page,
    },
    detail: { summary },
  });
  const posting = (summary: string) => ({
    ...options(summary),
    audit: { none: "the consent log records what a person agreed to" },
    detail: { summary, requestBody: formBody },
    parse: ({ request }: { request: Request }) => textUpTo(request, MAX_POST_BYTES + 1),
    body: t.Optional(t.String()),
  });

  return new Elysia({ name: "public-forms", detail: { tags: ["Forms"] } })
    .use(deps.guard)
    .get(
      "/f/form.js",
      () =>
        new Response(FORM_SCRIPT, {
          headers: {
            "content-type": "text/javascript; charset=utf-8",
            "cache-control": "public, max-age=3600",
            "cross-origin-resource-policy": "cross-origin",
            "x-content-type-options": "nosniff",
          },
        }),
      {
        open: "the script for embedded forms contains no data",
        response: { 200: answerAs("JavaScript", "text/javascript") },
        detail: { summary: "Get the JavaScript for embedded forms" },
      },
    )
    .get(
      "/f/:token",
      ({ params, request }) => answerOrAskToRetry(request, () => hosted(params.token, request)),
      options("Show a form"),
    )
    .post(
      "/f/:token",
      ({ params, body, request, server }) =>
        answerOrAskToRetry(request, () =>
          submit({ token: params.token, body: body ?? "", request, server }),
        ),
      posting("Submit a form"),
    )
    .get("/f/:token/challenge", ({ params, request }) => challenge(params.token, request), {
      ...options("Get a challenge for the captcha of a form"),
      response: {
        200: t.Object({ challenge: t.String() }),
        404: answerAs("The form does not exist"),
      },
    })
    .get(
      "/f/confirm/:token",
      ({ params, request }) => answerOrAskToRetry(request, () => ask(params.token, request)),
      options("Show the page that asks whether to confirm a sign-up"),
    )
    .post(
      "/f/confirm/:token",
      ({ params, request, server }) =>
        answerOrAskToRetry(request, () => confirm(params.token, request, server)),
      posting("Confirm a sign-up"),
    );
};

/** Allows cross-origin reading of the response only to the pages that the form's owner named. */
function shared(answer: Response, { form }: OpenForm, request: Request): Response {
  const origin = request.headers.get("origin");
  answer.headers.set("vary", "origin");
  if (origin !== null && form.settings.origins.includes(origin)) {
    answer.headers.set("access-control-allow-origin", origin);
  }
  return answer;
}

function asJson(open: OpenForm, submitted: Submitted): Response {
  const { settings } = open.form;
  const words = formWords[settings.language];
  switch (submitted.kind) {
    case "slow":
      return slowDown(Response.json({ ok: false, message: words.slow }, { status: 429 }));
    case "closed":
      return Response.json({ ok: false, message: words.closed }, { status: 410 });
    case "again": {
      const { notice = words.problem, problems } = submitted.filled;
      const message = [notice, ...problems.values()].join(" ");
      return Response.json({ ok: false, message }, { status: 422 });
    }
    case "taken":
      return Response.json({
        ok: true,
        message: takenWords(open, submitted.proven).text,
        ...(settings.submittedUrl === "" ? {} : { redirect: settings.submittedUrl }),
      });
  }
}

/** Depends only on the form and the captcha, never on whether the address is known. */
function takenWords({ form: { settings } }: OpenForm, isProven: boolean) {
  const words = formWords[settings.language];
  const isAsked = settings.doubleOptIn || !isProven;
  const [title, key] = isAsked
    ? ([words.askedTitle, "asked"] as const)
    : ([words.thanksTitle, "thanks"] as const);
  return { title, text: textOr(settings.submittedText, settings.language, key) };
}

/** Values that the URL of the hosted page fills in, limited to the form's visible fields. */
function prefilled(view: { fields: { name: string }[] }, query: URLSearchParams): Filled {
  const declared = ["email", "list", ...view.fields.map(({ name }) => name)];
  const values = declared.map((name) => [name, query.getAll(name)] as const);
  return {
    values: new Map(values.filter(([, given]) => given.length > 0)),
    problems: new Map(),
  };
}

function noForm(request: Request): Response {
  const language = languageOf(request);
  const { noFormTitle: title, noForm: text } = formWords[language];
  return formMessage({ language }, { status: 404, title, text });
}

function goneLink(request: Request): Response {
  const language = languageOf(request);
  const { goneTitle: title, gone: text } = formWords[language];
  return formMessage({ language }, { status: 404, title, text });
}

function slowDown(answer: Response): Response {
  answer.headers.set("retry-after", "60");
  return answer;
}

/** Redirects only to a URL that the form's owner configured. */
function seeOther(location: string): Response {
  return new Response(null, {
    status: 303,
    headers: { location, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  });
}
