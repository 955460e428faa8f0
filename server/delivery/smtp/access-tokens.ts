import { type Clock, steadyClock } from "../../platform/clock.ts";
import { because } from "../../platform/errors.ts";
import {
  FetchRefused,
  fetchGuarded,
  type GuardedRequest,
  type GuardedResponse,
} from "../../platform/guarded-fetch.ts";
import { relayTargets } from "../../platform/target-guard.ts";
import type { OAuthClient, Route } from "../types.ts";
import { SmtpFailure } from "./failure.ts";

const TIMEOUT_MS = 30_000;
const MAX_BYTES = 64 * 1_024;
/** Lifetime assumed when the service names none. Microsoft and Google give 3,600 s. */
const DEFAULT_LIFE_S = 3_600;
/** A token is not used in its last minutes, so that it does not expire during sign-in. */
const SAFETY_S = 300;
const MAX_WORDS = 300;

/**
 * Returns an access token. Pass the token that the server refused, if any, so that it is not returned from the cache
 * again.
 */
export type TokenSource = (refused?: string) => Promise<string>;

export type AccessTokenOptions = {
  clock?: Clock;
  request?: Partial<Pick<GuardedRequest, "ca" | "mayConnect">>;
};

type Token = { value: string; usableUntil: number };

/**
 * Manages the access tokens of a route that signs in by XOAUTH2 (RFC 6749 §4.4 and §6). A token is fetched when it is
 * first needed and cached until shortly before it expires. There is at most one request at a time.
 */
export function accessTokens(
  route: Pick<Route, "publicOnly"> & { oauth: OAuthClient },
  options: AccessTokenOptions = {},
): TokenSource {
  const clock = options.clock ?? steadyClock;
  let { refreshToken } = route.oauth;
  let token: Token | undefined;
  let fetching: Promise<Token> | undefined;

  const fetchToken = async (): Promise<Token> => {
    const answer = await requestToken({ ...route.oauth, refreshToken }, route, options);
    // The service may rotate the refresh token, after which the old one is no longer valid.
    refreshToken = answer.refreshToken || refreshToken;
    const lifeSeconds = Math.max(answer.lifeSeconds / 2, answer.lifeSeconds - SAFETY_S);
    return { value: answer.value, usableUntil: clock() + lifeSeconds * 1_000 };
  };
  return async (refused) => {
    if (token !== undefined && token.value !== refused && token.usableUntil > clock()) {
      return token.value;
    }
    fetching ??= fetchToken().finally(() => {
      fetching = undefined;
    });
    token = await fetching;
    return token.value;
  };
}

async function requestToken(
  client: OAuthClient,
  { publicOnly }: Pick<Route, "publicOnly">,
  { request }: AccessTokenOptions,
): Promise<{ value: string; refreshToken: string; lifeSeconds: number }> {
  const url = checkedUrl(client.tokenUrl, publicOnly === true);
  const isRefresh = client.refreshToken !== "";
  const form = new URLSearchParams({
    grant_type: isRefresh ? "refresh_token" : "client_credentials",
    client_id: client.clientId,
    ...(client.clientSecret === "" ? {} : { client_secret: client.clientSecret }),
    ...(isRefresh ? { refresh_token: client.refreshToken } : {}),
    ...(client.scope === "" ? {} : { scope: client.scope }),
  });
  let response: GuardedResponse;
  try {
    response = await fetchGuarded(url.href, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        accept: "application/json",
      },
      body: form.toString(),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      mayConnect: relayTargets(publicOnly === true),
      ...request,
    });
  } catch (error) {
    if (!(error instanceof FetchRefused)) {
      throw error;
    }
    const why = because("token_unfetched", { fault: error.message });
    throw new SmtpFailure("auth", "connection", why, error);
  }
  return readAnswer(response, url, isRefresh);
}

/** @throws SmtpFailure `config` unless the URL is https, or plain http on this machine: it receives a client secret. */
function checkedUrl(text: string, publicOnly: boolean): URL {
  const url = URL.parse(text);
  const isHere = url !== null && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  const isFine = url?.protocol === "https:" || (url?.protocol === "http:" && isHere && !publicOnly);
  if (url === null || !isFine) {
    throw new SmtpFailure(
      "auth",
      "config",
      because("token_url_plain", { url: text.slice(0, 100) }),
    );
  }
  return url;
}

function readAnswer(response: GuardedResponse, url: URL, isRefresh: boolean) {
  const answer = objectOf(response.text);
  const value = answer["access_token"];
  if (response.status === 200 && typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) {
    const life = Number(answer["expires_in"]);
    const renewed = answer["refresh_token"];
    return {
      value,
      refreshToken: typeof renewed === "string" ? renewed : "",
      lifeSeconds: Number.isFinite(life) && life > 0 ? life : DEFAULT_LIFE_S,
    };
  }
  const code = wordsOf(answer["error"]);
  const said = [code, wordsOf(answer["error_description"])].filter((part) => part !== "");
  const words = said.length === 0 ? `status ${response.status}` : said.join(": ");
  // 5xx, 429 and "temporarily_unavailable" are temporary; a person has to fix anything else.
  const isPassing =
    response.status >= 500 || response.status === 429 || code === "temporarily_unavailable";
  const isGone = code === "invalid_grant" && isRefresh;
  throw new SmtpFailure(
    "auth",
    isPassing ? "connection" : "config",
    because(isGone ? "token_grant_gone" : "token_refused", { host: url.host, said: words }),
  );
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {}; // Probably an HTML page, from a proxy or because the URL is wrong.
  }
}

function wordsOf(value: unknown): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is taken out
  const text = typeof value === "string" ? value.replace(/[\u0000-\u001f\u007f]+/g, " ") : "";
  return text.trim().slice(0, MAX_WORDS);
}
