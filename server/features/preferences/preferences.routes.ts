import { Elysia, t } from "elysia";
import { writeTurn } from "../../platform/db/write-turn.ts";
import { AppError } from "../../platform/errors.ts";
import { textUpTo } from "../../platform/http/body-limit.ts";
import { networkOf, type PeerAddress } from "../../platform/http/client-address.ts";
import { isOwnOrigin } from "../../platform/http/own-origin.ts";
import { type Rate, RateLimiter } from "../../platform/http/rate-limit.ts";
import { formBody, HtmlPage } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  agentOf,
  answerOrAskToRetry,
  languageFor,
  maskAddress,
  pageLanguage,
} from "../tracking/recipient.service.ts";
import { Tracking, type UnsubscribePerson } from "../tracking/tracking.service.ts";
import { brandOf } from "../workspaces/public-look.service.ts";
import { type PreferenceLanguage, pauseDays, preferenceWords } from "./preference-words.rules.ts";
import { type PendingAddress, type Person, PreferenceCentre } from "./preferences.service.ts";
import { noProfilePage, preferenceMessage, preferencesPage } from "./preferences-html.ts";

const TokenParams = t.Object({ token: t.String({ maxLength: 200 }) });
const MAX_POST_BYTES = 32 * 1024;
const MINUTE_S = 60;
const DAY_S = 24 * 3_600;
const addressRate: Rate = { perSecond: 1 / MINUTE_S, burst: 5 };

type Deps = Pick<
  AppDeps,
  "databases" | "keyRing" | "clock" | "guard" | "clientAddress" | "jobs" | "outside" | "missed"
>;
type Asked = { token: string; request: Request; server: PeerAddress };

/** The preference centre, which every message links to. */
export const preferenceRoutes = (deps: Deps) => {
  const centre = new PreferenceCentre(deps);
  const tracking = new Tracking({ ...deps, ...deps.outside, port: deps.outside.tracking });
  const limiter = new RateLimiter(deps.clock);

  const visitorOf = ({ request, server }: Asked) => ({
    ip: deps.clientAddress(request, server),
    userAgent: agentOf(request),
  });
  const lookOf = ({ workspaceId, workspaceName }: Pick<Person, "workspaceId" | "workspaceName">) =>
    brandOf(deps.databases.workspace(workspaceId), workspaceName);
  const languageTo = (person: Person, request: Request): PreferenceLanguage =>
    languageFor(centre.read(person).contact.language, request);

  const show = (person: Person, request: Request, notice?: string, status = 200) => {
    const language = languageTo(person, request);
    const read = centre.read(person);
    const address = maskAddress(read.contact.address);
    return preferencesPage({ language, look: lookOf(person), ...read, address, notice }, status);
  };

  const change = async (asked: Asked, body: string): Promise<Response> => {
    const { token, request } = asked;
    const sent = new URLSearchParams(body);
    const person = centre.find(token);
    if (!isOwnOrigin(request, deps.outside.publicUrl())) {
      return gone(request);
    }
    if (person === undefined) {
      return await changeWithoutProfile(asked, sent.get("action"));
    }
    await writeTurn(() => deps.databases.workspace(person.workspaceId));
    const words = preferenceWords[languageTo(person, request)];
    switch (sent.get("action")) {
      case "save":
        return save(person, asked, sent);
      case "pause": {
        const days = Number(sent.get("days"));
        if (days !== 0 && !pauseDays.some((allowed) => allowed === days)) {
          return show(person, request, undefined, 422);
        }
        centre.pause(person, days, visitorOf(asked));
        return show(person, request, words.saved);
      }
      case "address":
        return askAddress(person, asked, sent.get("email") ?? "");
      case "leave":
        return await leave(asked);
      default:
        return show(person, request, undefined, 422);
    }
  };

  const save = (person: Person, asked: Asked, sent: URLSearchParams): Response => {
    const wish = {
      topics: sent.getAll("topic").map(Number),
      firstName: sent.get("first_name") ?? "",
      lastName: sent.get("last_name") ?? "",
      language: sent.get("language") ?? "",
    };
    try {
      centre.save(person, wish, visitorOf(asked));
    } catch (error) {
      if (error instanceof AppError && error.code === "invalid_input") {
        return show(person, asked.request, error.message, 422);
      }
      throw error;
    }
    return show(person, asked.request, preferenceWords[languageTo(person, asked.request)].saved);
  };

  const askAddress = (person: Person, asked: Asked, email: string): Response => {
    const words = preferenceWords[languageTo(person, asked.request)];
    const visitor = visitorOf(asked);
    try {
      limiter.take(`address ${networkOf(visitor.ip)}`, addressRate, {});
    } catch (error) {
      if (error instanceof AppError && error.code === "rate_limited") {
        return inSeconds(MINUTE_S, show(person, asked.request, words.slow, 429));
      }
      throw error;
    }
    switch (centre.askAddress(person, email, visitor)) {
      case "asked":
        return show(person, asked.request, words.addressAsked);
      case "wrong":
        return show(person, asked.request, words.addressWrong, 422);
      case "too_many":
        return inSeconds(DAY_S, show(person, asked.request, words.addressTomorrow, 429));
    }
  };

  const leave = async (asked: Asked): Promise<Response> => {
    const { ip, userAgent: agent } = visitorOf(asked);
    const visitor = { ip, agent, hint: undefined };
    const whom = tracking.personOf("preferences", asked.token);
    if (whom === undefined) {
      return gone(asked.request);
    }
    const language = languageFor(whom.language, asked.request);
    const { laterTitle, later, leftTitle, left } = preferenceWords[language];
    const look = lookOf(whom);
    try {
      await tracking.unsubscribe("preferences", asked.token, "page", visitor);
    } catch (error) {
      if (error instanceof AppError && error.code === "unavailable") {
        return preferenceMessage({ language, status: 503, title: laterTitle, text: later, look });
      }
      throw error;
    }
    return preferenceMessage({ language, title: leftTitle, text: left, look });
  };

  /** For people without a profile: shows what is still known and offers to stop all mail. */
  const showWithoutProfile = (
    { token, request }: Pick<Asked, "token" | "request">,
    status = 200,
  ) => {
    const whom = tracking.personOf("preferences", token);
    if (whom === undefined) {
      return gone(request);
    }
    return noProfilePage({
      language: languageFor(whom.language, request),
      look: lookOf(whom),
      status,
      ...whatIsKnown(whom),
    });
  };
  const whatIsKnown = ({ workspaceId, address }: UnsubscribePerson) =>
    address === undefined
      ? { known: "erased" as const }
      : {
          known: centre.isHeld(workspaceId, address) ? ("blocked" as const) : ("address" as const),
          address: maskAddress(address),
        };
  const changeWithoutProfile = async (asked: Asked, action: string | null): Promise<Response> =>
    action === "leave" ? await leave(asked) : showWithoutProfile(asked, 422);

  const askConfirm = (asked: Asked): Response => {
    const pending = centre.findAddress(asked.token);
    return pending === undefined ? gone(asked.request) : addressPage(pending, asked.request);
  };
  const addressPage = (pending: PendingAddress, request: Request): Response => {
    const language = languageTo(pending, request);
    const words = preferenceWords[language];
    return preferenceMessage({
      language,
      title: words.addressConfirmTitle,
      text: words.addressConfirm(pending.change.email),
      button: words.addressConfirmButton,
      look: lookOf(pending),
    });
  };
  const confirm = async (asked: Asked): Promise<Response> => {
    const pending = centre.findAddress(asked.token);
    if (pending === undefined || !isOwnOrigin(asked.request, deps.outside.publicUrl())) {
      return gone(asked.request);
    }
    await writeTurn(() => deps.databases.workspace(pending.workspaceId));
    const language = languageTo(pending, asked.request);
    const words = preferenceWords[language];
    const look = lookOf(pending);
    return centre.confirmAddress(pending, visitorOf(asked))
      ? preferenceMessage({
          language,
          title: words.addressDoneTitle,
          text: centre.isMailed(pending) ? words.addressDone : words.addressDoneOff,
          look,
        })
      : preferenceMessage({
          language,
          status: 409,
          title: words.title,
          text: words.addressTaken,
          look,
        });
  };

  const options = (summary: string) => ({
    open: "recipients have no account; the token is authenticated",
    params: TokenParams,
    response: {
      200: HtmlPage,
      404: HtmlPage,
      409: HtmlPage,
      422: HtmlPage,
      429: HtmlPage,
      503: HtmlPage,
    },
    detail: { summary },
  });
  const posting = (summary: string) => ({
    ...options(summary),
    audit: { none: "the consent log records what people change about themselves" },
    detail: { summary, requestBody: formBody },
    parse: ({ request }: { request: Request }) => textUpTo(request, MAX_POST_BYTES),
    body: t.Optional(t.String()),
  });

  return new Elysia({ name: "preferences", detail: { tags: ["Recipients"] } })
    .use(deps.guard)
    .get(
      "/p/:token",
      ({ params, request }) =>
        answerOrAskToRetry(request, () => {
          const person = centre.find(params.token);
          return person === undefined
            ? showWithoutProfile({ token: params.token, request })
            : show(person, request);
        }),
      options("Show a recipient's preferences"),
    )
    .post(
      "/p/:token",
      ({ params, request, server, body }) =>
        answerOrAskToRetry(request, () =>
          change({ token: params.token, request, server }, body ?? ""),
        ),
      posting("Change a recipient's preferences"),
    )
    .get(
      "/p/confirm/:token",
      ({ params, request, server }) =>
        answerOrAskToRetry(request, () => askConfirm({ token: params.token, request, server })),
      options("Show the page that asks whether to change to a new address"),
    )
    .post(
      "/p/confirm/:token",
      ({ params, request, server }) =>
        answerOrAskToRetry(request, () => confirm({ token: params.token, request, server })),
      posting("Change to a new address"),
    );
};

function inSeconds(seconds: number, answer: Response): Response {
  answer.headers.set("retry-after", String(seconds));
  return answer;
}

function languageOf(request: Request): PreferenceLanguage {
  return pageLanguage(request.headers.get("accept-language"));
}

function gone(request: Request): Response {
  const language = languageOf(request);
  const { goneTitle: title, gone: text } = preferenceWords[language];
  return preferenceMessage({ language, status: 404, title, text });
}
