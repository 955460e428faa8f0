// Credentials of a route: encrypted at rest, and sent only to the server they were stored for.
import type { OAuthClient } from "../../delivery/index.ts";
import { because, type FieldProblem, faultyField, invalidFields } from "../../platform/errors.ts";
import { decryptSecret, encryptSecret, type KeyRing } from "../../platform/secrets.ts";
import type { OAuthInput, RouteTry } from "./routes.schema.ts";
import type { RouteRow } from "./routes.store.ts";

export const PASSWORD_PURPOSE = "route.password";
const OAUTH_PURPOSE = "route.oauth";

/** The decrypted secrets of a route. */
export type RouteSecrets = { password: string; oauth: OAuthClient | undefined };

const noClient: OAuthClient = {
  tokenUrl: "",
  clientId: "",
  clientSecret: "",
  refreshToken: "",
  scope: "",
};

/** A stored OAuth client: the public part in clear, the rest encrypted in `sealed`. */
type StoredClient = {
  tokenUrl: string;
  clientId: string;
  scope: string;
  hasRefreshToken: boolean;
  sealed: string;
};

/** @throws Error when the encryption key is missing. */
export function openSecrets(
  keyRing: KeyRing,
  row: Pick<RouteRow, "password" | "oauth">,
): RouteSecrets {
  return {
    password: row.password === "" ? "" : decryptSecret(keyRing, PASSWORD_PURPOSE, row.password),
    oauth: row.oauth === "" ? undefined : openClient(keyRing, row.oauth),
  };
}

function openClient(keyRing: KeyRing, json: string): OAuthClient {
  const { tokenUrl, clientId, scope, sealed } = JSON.parse(json) as StoredClient;
  const secrets = JSON.parse(decryptSecret(keyRing, OAUTH_PURPOSE, sealed)) as Pick<
    OAuthClient,
    "clientSecret" | "refreshToken"
  >;
  return { tokenUrl, clientId, scope, ...secrets };
}

export function sealSecrets(
  keyRing: KeyRing,
  { password, oauth }: RouteSecrets,
): Pick<RouteRow, "password" | "oauth"> {
  return {
    password: password === "" ? "" : encryptSecret(keyRing, PASSWORD_PURPOSE, password),
    oauth: oauth === undefined ? "" : sealClient(keyRing, oauth),
  };
}

function sealClient(keyRing: KeyRing, client: OAuthClient): string {
  const { tokenUrl, clientId, scope, clientSecret, refreshToken } = client;
  const secrets = JSON.stringify({ clientSecret, refreshToken });
  const stored: StoredClient = {
    tokenUrl,
    clientId,
    scope,
    hasRefreshToken: refreshToken !== "",
    sealed: encryptSecret(keyRing, OAUTH_PURPOSE, secrets),
  };
  return JSON.stringify(stored);
}

/** The public part of a stored OAuth client. */
export function publicClient(json: string): Omit<StoredClient, "sealed"> | null {
  if (json === "") {
    return null;
  }
  const { sealed: _, ...visible } = JSON.parse(json) as StoredClient;
  return visible;
}

/**
 * The secrets after a change. Omitted ones stay. A route signs in by password or by OAuth 2.0, so setting one removes
 * the other.
 */
export function changedSecrets(
  stored: RouteSecrets,
  change: { password?: string | undefined; oauth?: OAuthInput | null | undefined },
): RouteSecrets {
  const oauth =
    change.oauth === undefined
      ? stored.oauth
      : change.oauth === null
        ? undefined
        : { ...noClient, ...stored.oauth, ...change.oauth };
  if (change.oauth != null) {
    return { oauth, password: change.password ?? "" };
  }
  return { oauth, password: change.password ?? stored.password };
}

/** A change that would send a stored secret to a different server, or make it readable on the way. */
type SecretChange = "host" | "security" | "token_url";

type Target = Pick<RouteRow, "host" | "security" | "verifyCertificate">;

/**
 * Stored secrets are sent only to the server they were stored for, over an equally secure connection. Otherwise
 * anyone who can edit routes could redirect and read them.
 *
 * @throws AppError `invalid_input`.
 */
export function refuseToMoveSecrets(row: Target, stored: RouteSecrets, change: RouteTry): void {
  const risk = riskOf(row, change);
  const problems: FieldProblem[] = [];
  if (risk !== undefined && stored.password !== "" && change.password === undefined) {
    problems.push(...(change.oauth ? [] : [again("password", risk)]));
  }
  const why = risk ?? (isElsewhere(stored, change) ? "token_url" : undefined);
  if (stored.oauth !== undefined && change.oauth !== null && why !== undefined) {
    problems.push(...clientAgain(stored.oauth, change.oauth, why));
  }
  const [first, ...others] = problems;
  if (first !== undefined) {
    throw invalidFields([first, ...others]);
  }
}

function riskOf(row: Target, change: RouteTry): SecretChange | undefined {
  if (change.host !== undefined && change.host !== row.host) {
    return "host";
  }
  const isBared = change.security === "none" && row.security !== "none";
  const isUnchecked = change.verifyCertificate === false && row.verifyCertificate === 1;
  return isBared || isUnchecked ? "security" : undefined;
}

function isElsewhere(stored: RouteSecrets, change: RouteTry): boolean {
  const tokenUrl = change.oauth?.tokenUrl;
  return tokenUrl !== undefined && tokenUrl !== stored.oauth?.tokenUrl;
}

function clientAgain(
  stored: OAuthClient,
  change: OAuthInput | undefined,
  why: SecretChange,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (change?.clientSecret === undefined) {
    problems.push(again("oauth.clientSecret", why));
  }
  if (stored.refreshToken !== "" && change?.refreshToken === undefined) {
    problems.push(again("oauth.refreshToken", why));
  }
  return problems;
}

function again(field: string, change: SecretChange): FieldProblem {
  return faultyField(field, because("secret_again", { change }));
}
