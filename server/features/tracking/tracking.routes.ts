import { Elysia, t } from "elysia";
import type { Renderer } from "../../delivery/index.ts";
import { textUpTo } from "../../platform/http/body-limit.ts";
import type { PeerAddress } from "../../platform/http/client-address.ts";
import { answerAs, formBody, HtmlPage } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import type { TrackingPort } from "../ports.ts";
import { brandOf } from "../workspaces/public-look.service.ts";
import { answerOrAskToRetry } from "./recipient.service.ts";
import { askPage, donePage, gonePage } from "./tracking.pages.ts";
import { agentOf, languageFor, pageLanguage, requestHint } from "./tracking.rules.ts";
import { Tracking, type UnsubscribePerson, type Visitor } from "./tracking.service.ts";

const TokenParams = t.Object({ token: t.String({ maxLength: 200 }) });
const Pixel = answerAs("An image of one transparent pixel", "image/gif");
const Redirect = answerAs("Redirects to the link's target");
const page = { 200: HtmlPage, 404: HtmlPage, 503: HtmlPage };
const redirection = { 302: Redirect, 404: HtmlPage, 503: HtmlPage };

// The smallest possible transparent GIF.
const PIXEL = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");
// A one-click body is one line, but some mail programs wrap it in a larger form.
const MAX_POST_BYTES = 10_000;
const NOT_CACHED = "no-store, no-cache, must-revalidate, private";

// A message in the web view may use styles and pictures, but no scripts and no forms. `sandbox` without
// allow-same-origin gives it an origin of its own, so it cannot reach our pages.
const VIEW_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; font-src https: data:; base-uri 'none'; form-action 'none'";

const languageOf = (request: Request) => pageLanguage(request.headers.get("accept-language"));

type TrackingRouteDeps = Pick<
  AppDeps,
  "databases" | "keyRing" | "clock" | "guard" | "clientAddress" | "missed"
> & {
  port: TrackingPort;
  renderer: Renderer;
};

/** The routes that recipients use without signing in: the token in the URL is the permission. */
export const trackingRoutes = (deps: TrackingRouteDeps) => {
  const tracking = new Tracking(deps);
  const visitorOf = (request: Request, server: PeerAddress): Visitor => ({
    ip: deps.clientAddress(request, server),
    agent: agentOf(request),
    hint: requestHint(request),
  });

  const pixel = async (token: string, visitor: Visitor): Promise<Response> =>
    new Response((await tracking.opened(token, visitor)) ? PIXEL : null, {
      status: 200,
      headers: { "content-type": "image/gif", "cache-control": NOT_CACHED },
    });

  const redirect = async (token: string, request: Request, visitor: Visitor): Promise<Response> => {
    const target = await tracking.clicked(token, visitor);
    if (target === undefined) {
      return gonePage(languageOf(request));
    }
    return new Response(null, {
      status: 302,
      headers: {
        location: target,
        "cache-control": NOT_CACHED,
        "referrer-policy": "no-referrer",
        "x-robots-tag": "noindex",
      },
    });
  };

  const shownTo = (whom: UnsubscribePerson, request: Request) => ({
    language: languageFor(whom.language, request),
    look: brandOf(deps.databases.workspace(whom.workspaceId), whom.workspaceName),
  });

  const unsubscribe = async (
    token: string,
    body: string,
    request: Request,
    visitor: Visitor,
  ): Promise<Response> => {
    // RFC 8058 §3.2: the body is List-Unsubscribe=One-Click, urlencoded or multipart.
    const via = body.includes("List-Unsubscribe") ? "one_click" : "page";
    const whom = await tracking.unsubscribe("unsubscribe", token, via, visitor);
    return whom === undefined
      ? gonePage(languageOf(request))
      : donePage(shownTo(whom, request), whom);
  };

  const ask = (token: string, request: Request) => {
    const whom = tracking.personOf("unsubscribe", token);
    return whom === undefined
      ? gonePage(languageOf(request))
      : askPage(shownTo(whom, request), whom);
  };

  const view = async (token: string, request: Request, visitor: Visitor): Promise<Response> => {
    const html = await tracking.viewed(token, visitor);
    if (html === undefined) {
      return gonePage(languageOf(request));
    }
    return new Response(html, {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "cache-control": "private, no-store",
        "content-security-policy": VIEW_POLICY,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-robots-tag": "noindex",
      },
    });
  };

  const options = <R extends object>(summary: string, response: R) => ({
    open: "recipients have no account; the token is authenticated",
    params: TokenParams,
    response,
    detail: { summary },
  });
  const posting = (summary: string) => ({
    ...options(summary, page),
    audit: { none: "an unsubscribe is a fact of the journal and recorded in the consent log" },
    detail: { summary, requestBody: formBody },
    parse: ({ request }: { request: Request }) => textUpTo(request, MAX_POST_BYTES),
    body: t.Optional(t.String({ maxLength: MAX_POST_BYTES })),
  });

  return new Elysia({ name: "tracking", detail: { tags: ["Recipients"] } })
    .use(deps.guard)
    .get(
      "/o/:token",
      ({ params, request, server }) => pixel(params.token, visitorOf(request, server)),
      options("Count an open", { 200: Pixel }),
    )
    .get(
      "/c/:token",
      ({ params, request, server }) =>
        answerOrAskToRetry(request, () =>
          redirect(params.token, request, visitorOf(request, server)),
        ),
      options("Count a click and redirect to the link's target", redirection),
    )
    .head(
      "/c/:token",
      ({ params, request, server }) =>
        answerOrAskToRetry(request, () =>
          redirect(params.token, request, visitorOf(request, server)),
        ),
      options("Get the target of a link", redirection),
    )
    .get(
      "/v/:token",
      ({ params, request, server }) =>
        answerOrAskToRetry(request, () => view(params.token, request, visitorOf(request, server))),
      options("Show a message in the browser", page),
    )
    .get(
      "/u/:token",
      ({ params, request }) => answerOrAskToRetry(request, () => ask(params.token, request)),
      options("Show the page that asks whether to unsubscribe", page),
    )
    .post(
      "/u/:token",
      ({ params, body, request, server }) =>
        answerOrAskToRetry(request, () =>
          unsubscribe(params.token, body ?? "", request, visitorOf(request, server)),
        ),
      posting("Unsubscribe, by button or one-click (RFC 8058)"),
    );
};
