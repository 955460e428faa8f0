// What the route dialog asks, and what of it is sent.
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
  /** Taken over from the preset, when a route is added. */
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

/** The values with everything that the preset says; a host can be chosen among its own. */
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

/** How the relay is reached, as the API takes it. An empty secret keeps the stored one: the form never had it. */
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

/** What is sent to add or change the route. */
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
