// The values of the dialog for sending methods, and the request built from them.
import type { Preset, Route } from "./route.ts";

export type RouteValues = {
  kind: Route["kind"];
  preset: string;
  name: string;
  host: string;
  port: string;
  security: Route["security"];
  verifyCertificate: boolean;
  tlsPolicy: Route["tlsPolicy"];
  auth: "password" | "oauth";
  username: string;
  password: string;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  refreshToken: string;
  scope: string;
  signDkim: boolean;
  /** Copied from the preset when a sending method is added. */
  limits: Preset["limits"] | undefined;
};

export function valuesOf(route: Route | undefined): RouteValues {
  return {
    kind: route?.kind ?? "relay",
    preset: route?.preset ?? "",
    name: route?.name ?? "",
    host: route?.host ?? "",
    port: String(route?.port || 587),
    security: route?.security ?? "starttls",
    verifyCertificate: route?.verifyCertificate ?? true,
    tlsPolicy: route?.tlsPolicy ?? "opportunistic",
    auth: route?.oauth ? "oauth" : "password",
    username: route?.username ?? "",
    password: "",
    tokenUrl: route?.oauth?.tokenUrl ?? "",
    clientId: route?.oauth?.clientId ?? "",
    clientSecret: "",
    refreshToken: "",
    scope: route?.oauth?.scope ?? "",
    signDkim: route?.signDkim ?? true,
    limits: undefined,
  };
}

/** Applies a preset. If it has several hosts, the user can choose among them. */
export function withPreset(
  values: RouteValues,
  preset: Preset,
  host = preset.hosts[0]?.host ?? "",
): RouteValues {
  return {
    ...values,
    preset: preset.id,
    name: values.name === "" || values.name === values.preset ? preset.name : values.name,
    host,
    port: String(preset.port),
    security: preset.security,
    auth: preset.auth,
    username: preset.username,
    tokenUrl: preset.tokenUrl,
    scope: preset.scope,
    signDkim: preset.signs === "own",
    limits: preset.limits,
  };
}

/** The connection settings for the API. An empty secret keeps the stored one, which the form never receives. */
export function connectionOf(values: RouteValues, stored: Route | undefined) {
  const { preset, host, security, verifyCertificate, username, signDkim } = values;
  return {
    ...{ preset, host, security, verifyCertificate, username, signDkim },
    port: Number(values.port),
    ...(values.auth === "oauth" ? { oauth: clientOf(values) } : passwordOf(values, stored)),
  };
}

function passwordOf({ password }: RouteValues, stored: Route | undefined) {
  return {
    ...(password === "" ? {} : { password }),
    ...(stored?.oauth ? { oauth: null } : {}),
  };
}

function clientOf({ tokenUrl, clientId, clientSecret, refreshToken, scope }: RouteValues) {
  return {
    ...{ tokenUrl, clientId, scope },
    ...(clientSecret === "" ? {} : { clientSecret }),
    ...(refreshToken === "" ? {} : { refreshToken }),
  };
}

/** The request that adds or changes a sending method. */
export function routeBody(values: RouteValues, stored: Route | undefined) {
  const name = values.name === "" ? {} : { name: values.name };
  const limits = stored === undefined ? (values.limits ?? {}) : {};
  switch (values.kind) {
    case "relay":
      return { ...name, ...limits, ...connectionOf(values, stored) };
    case "direct":
      return { ...name, tlsPolicy: values.tlsPolicy };
    case "test_inbox":
      return name;
  }
}
