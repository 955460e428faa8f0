import { because, type Reason } from "../../platform/errors.ts";
/** The wizard's steps in order. Each requires the ones before it. */
export const setupSteps = [
  "administrator",
  "organization",
  "workspace",
  "public-url",
  "route",
  "sender",
  "test-message",
  "finish",
] as const;
export type SetupStep = (typeof setupSteps)[number];

/** The first unanswered step; `finish` when all are answered. */
export function openStep(answered: ReadonlySet<SetupStep>): SetupStep {
  return setupSteps.find((step) => !answered.has(step)) ?? "finish";
}

/** The unanswered steps before `step`. */
export function missingBefore(step: SetupStep, answered: ReadonlySet<SetupStep>): SetupStep[] {
  return setupSteps.slice(0, setupSteps.indexOf(step)).filter((before) => !answered.has(before));
}

/**
 * The origin of a URL that a person entered, or what is wrong with it. `https://mail.example.com/` gives
 * `https://mail.example.com`; a path, query or user name is refused.
 */
export function readPublicUrl(typed: string): { origin: string } | { why: Reason } {
  const url = URL.parse(typed.trim());
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return { why: because("url_without_protocol") };
  }
  if (url.username !== "" || url.password !== "") {
    return { why: because("url_with_user") };
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    return { why: because("url_with_path") };
  }
  return { origin: url.origin };
}
