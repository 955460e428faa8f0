import { RE2JS } from "re2js";
import { because, messageOf, type Reason } from "../../platform/errors.ts";
import { plainReason, storedBecause, storedReason } from "../../reasons/because.ts";
import { type LimitAction, type SmtpReply, type SmtpStage, smtpStages } from "../types.ts";
import { type Category, categories } from "./categories.ts";

/** An action without its reason, which is built from the rule's name and the reply when the rule fires. */
export type RuleAction = LimitAction extends infer A
  ? A extends LimitAction
    ? Omit<A, "reason">
    : never
  : never;

/** The replies a rule applies to. An omitted field matches every reply. */
export type RuleMatch = {
  /** Names from provider-profiles.ts; for a relay its preset, or `relay`. */
  providers?: string[];
  stages?: SmtpStage[];
  /** For example `421`, `4xx`, `55x`. */
  codes?: string[];
  /** For example `4.7.28`, `*.7.26`. */
  enhanced?: string[];
  /** Regular expression (RE2 syntax), case-insensitive. */
  text?: string;
};

/** A rule as it is stored and edited. */
export type LimitRule = {
  key: string;
  name: string;
  match: RuleMatch;
  /** Fires at the `times`-th matching reply within `withinMs`; 1 = immediately. */
  trigger: { times: number; withinMs: number };
  actions: RuleAction[];
  /** Overrides the category that classification would find. */
  category?: Category;
};

/** A server's reply, with the provider and the stage. */
export type ReplyEvidence = { provider: string; stage: SmtpStage; reply: SmtpReply };

export const MAX_PATTERN = 300;
/** Longer text is ignored; the reason comes first. */
const MAX_TEXT = 1_000;
const MAX_WINDOWS = 20_000;

type Matcher = { test(text: string): boolean };
type Compiled = LimitRule & { pattern: Matcher | undefined };

/**
 * The active rules, in order; the first that matches a reply applies. Only replies from servers are matched, never
 * SwiftMail's own messages, so that a suspension cannot renew itself.
 */
export class RuleBook {
  #rules: Compiled[] = [];
  /** Times of matching replies, by rule and scope. */
  readonly #windows = new Map<string, number[]>();

  /** @param trusted Keys of shipped rules, whose patterns are safe to run with the native RegExp. */
  load(rules: readonly LimitRule[], trusted: ReadonlySet<string> = new Set()): void {
    this.#rules = rules.map((rule) => ({
      ...rule,
      pattern: compile(rule.match.text, trusted.has(rule.key)),
    }));
    this.#windows.clear();
  }

  find(evidence: ReplyEvidence): LimitRule | undefined {
    const text = evidence.reply.text.slice(0, MAX_TEXT);
    return this.#rules.find(
      (rule) => fitsOutside(rule.match, evidence) && (rule.pattern?.test(text) ?? true),
    );
  }

  /**
   * Counts a reply that matches `rule`. @returns the actions for the limiter to take now.
   *
   * @param scope Replies of the same scope, e.g. a route and a provider, are counted together.
   */
  fire(rule: LimitRule, scope: string, reply: SmtpReply, now: number): LimitAction[] {
    const { times, withinMs } = rule.trigger;
    if (times > 1) {
      const key = `${rule.key} ${scope}`;
      const recent = (this.#windows.get(key) ?? []).filter((at) => at > now - withinMs);
      recent.push(now);
      this.#forgetSome();
      this.#windows.set(key, recent.length >= times ? [] : recent);
      if (recent.length < times) {
        return [];
      }
    }
    const reason = reasonOf(rule, reply);
    return rule.actions.map((action) => ({ ...action, reason }) as LimitAction);
  }

  #forgetSome(): void {
    if (this.#windows.size >= MAX_WINDOWS) {
      this.#windows.clear();
    }
  }
}

/** The errors in a rule, by field; empty when the rule is valid. */
export function ruleFaults(rule: Omit<LimitRule, "key">): { field: string; why: Reason }[] {
  const faults: { field: string; why: Reason }[] = [];
  const { codes = [], enhanced = [], stages = [], text } = rule.match;
  if (codes.some((code) => !/^[45](?:\d\d|\dx|xx)$/.test(code))) {
    faults.push({ field: "match.codes", why: because("rule_codes") });
  }
  if (enhanced.some((code) => !/^(?:[45]|\*)\.\d{1,3}\.(?:\d{1,3}|\*)$/.test(code))) {
    faults.push({ field: "match.enhanced", why: because("rule_enhanced_codes") });
  }
  if (stages.some((stage) => !smtpStages.includes(stage))) {
    faults.push({ field: "match.stages", why: because("rule_stage") });
  }
  if (text !== undefined) {
    const why = patternFault(text);
    if (why !== undefined) {
      faults.push({ field: "match.text", why });
    }
  }
  if (rule.actions.length === 0 && rule.category === undefined) {
    faults.push({
      field: "actions",
      why: because("rule_does_nothing"),
    });
  }
  return faults;
}

function patternFault(text: string): Reason | undefined {
  if (text.length > MAX_PATTERN) {
    return because("pattern_too_long", { max: MAX_PATTERN });
  }
  try {
    const pattern = RE2JS.compile(text, RE2JS.CASE_INSENSITIVE);
    // Nested counted repetitions run in linear time but can still be too expensive to run for every reply.
    return pattern.programSize() > MAX_PROGRAM ? because("pattern_too_large") : undefined;
  } catch (error) {
    return because("pattern_invalid", { fault: messageOf(error) });
  }
}

/** Maximum instructions of a compiled expression, ten times the largest shipped one. */
const MAX_PROGRAM = 2_000;

function compile(text: string | undefined, isTrusted: boolean): Matcher | undefined {
  if (text === undefined) {
    return undefined;
  }
  if (isTrusted) {
    return new RegExp(text, "i");
  }
  try {
    const pattern = RE2JS.compile(text, RE2JS.CASE_INSENSITIVE);
    return { test: (subject) => pattern.matcher(subject).find() };
  } catch {
    // Stored before this validation existed, or by hand. It must match nothing rather than everything.
    return { test: () => false };
  }
}

function fitsOutside(match: RuleMatch, { provider, stage, reply }: ReplyEvidence): boolean {
  return (
    (match.providers?.includes(provider) ?? true) &&
    (match.stages?.includes(stage) ?? true) &&
    (match.codes?.some((code) => codeFits(code, String(reply.code))) ?? true) &&
    (match.enhanced?.some((code) => enhancedFits(code, reply.enhanced)) ?? true)
  );
}

function codeFits(wanted: string, code: string): boolean {
  return wanted === code || (wanted.endsWith("x") && code.startsWith(wanted.replace(/x+$/, "")));
}

function enhancedFits(wanted: string, enhanced: string): boolean {
  const parts = enhanced.split(".");
  return wanted.split(".").every((part, i) => part === "*" || part === parts[i]);
}

const MAX_REASON = 160;

function reasonOf(rule: LimitRule, { code, enhanced, text }: SmtpReply): string {
  const words = [String(code), enhanced, text].filter((word) => word !== "").join(" ");
  const said = words.length > MAX_REASON ? `${words.slice(0, MAX_REASON)}…` : words;
  return storedBecause("rule_matched", { rule: nameOf(rule), said });
}

/**
 * The name of a built-in rule is a reason code, so that it is shown in the reader's language. A name that a person gave
 * is not.
 */
function nameOf({ key, name }: LimitRule): string {
  const shipped = shippedNameOf(key);
  return shipped?.text === name ? storedReason(shipped) : name;
}

/** The name of the built-in rule with this key; undefined for any other key. */
export function shippedNameOf(key: string): Reason | undefined {
  return plainReason(`rule_${key.replaceAll("-", "_")}`);
}

export const categoryNames = Object.keys(categories) as Category[];

/** True when `name` is a category. */
export function isCategory(name: string): name is Category {
  return Object.hasOwn(categories, name);
}
