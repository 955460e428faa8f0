import { RE2JS } from "re2js";
import { type LimitAction, type SmtpReply, type SmtpStage, smtpStages } from "../types.ts";
import { type Category, categories } from "./categories.ts";

/** What a rule asks for; the reason is made of its name and the reply when it fires. */
export type RuleAction = LimitAction extends infer A
  ? A extends LimitAction
    ? Omit<A, "reason">
    : never
  : never;

/** Which replies a rule is about. What is left out fits every reply. */
export type RuleMatch = {
  /** Names of provider-profiles.ts; for a relay its preset, or `relay`. */
  providers?: string[];
  stages?: SmtpStage[];
  /** `421`, `4xx`, `55x`. */
  codes?: string[];
  /** `4.7.28`, `*.7.26`. */
  enhanced?: string[];
  /** Regular expression (RE2 syntax), upper and lower case alike. */
  text?: string;
};

/** A rule as it is stored and edited. */
export type LimitRule = {
  key: string;
  name: string;
  match: RuleMatch;
  /** Fires at the `times`-th such reply within `withinMs`; 1 = at once. */
  trigger: { times: number; withinMs: number };
  actions: RuleAction[];
  /** What the reply means instead of what classification finds. */
  category?: Category;
};

/** What a server said, and where. */
export type ReplyEvidence = { provider: string; stage: SmtpStage; reply: SmtpReply };

export const MAX_PATTERN = 300;
/** A reason that is not said by then is none. */
const MAX_TEXT = 1_000;
const MAX_WINDOWS = 20_000;

type Matcher = { test(text: string): boolean };
type Compiled = LimitRule & { pattern: Matcher | undefined };

/**
 * The rules in force, in order; the first that fits a reply is the one that counts. Only what servers said is
 * ever asked of it, never what SwiftMail says itself, so that a suspension cannot renew itself.
 */
export class RuleBook {
  #rules: Compiled[] = [];
  /** When a rule's replies came, by rule and where they came from. */
  readonly #windows = new Map<string, number[]>();

  /** @param trusted Keys of rules whose patterns are our own: they are matched by the engine's own RegExp. */
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
   * Counts a reply that `rule` is about. @returns what the limiter is to do now.
   *
   * @param scope Where the replies are counted together, e.g. a route and a provider.
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

/** What is wrong with a rule, field by field; empty when it can be used. */
export function ruleFaults(rule: Omit<LimitRule, "key">): { field: string; reason: string }[] {
  const faults: { field: string; reason: string }[] = [];
  const { codes = [], enhanced = [], stages = [], text } = rule.match;
  if (codes.some((code) => !/^[45](?:\d\d|\dx|xx)$/.test(code))) {
    faults.push({ field: "match.codes", reason: "Codes look like 421, 45x or 4xx." });
  }
  if (enhanced.some((code) => !/^(?:[45]|\*)\.\d{1,3}\.(?:\d{1,3}|\*)$/.test(code))) {
    faults.push({ field: "match.enhanced", reason: "Codes look like 4.7.28, *.7.26 or 4.7.*." });
  }
  if (stages.some((stage) => !smtpStages.includes(stage))) {
    faults.push({ field: "match.stages", reason: "There is no such stage." });
  }
  if (text !== undefined) {
    const reason = patternFault(text);
    if (reason !== undefined) {
      faults.push({ field: "match.text", reason });
    }
  }
  if (rule.actions.length === 0 && rule.category === undefined) {
    faults.push({
      field: "actions",
      reason: "The rule does nothing: add an action or a category.",
    });
  }
  return faults;
}

function patternFault(text: string): string | undefined {
  if (text.length > MAX_PATTERN) {
    return `The expression is longer than ${MAX_PATTERN} characters.`;
  }
  try {
    const pattern = RE2JS.compile(text, RE2JS.CASE_INSENSITIVE);
    // A counted repetition of counted repetitions is linear in the text and still too much to run per reply.
    return pattern.programSize() > MAX_PROGRAM ? "The expression is too large." : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "This is no regular expression.";
  }
}

/** Instructions of a compiled expression; the largest one shipped has a tenth of it. */
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
    // Stored before this check was made, or by hand: it fits nothing rather than everything.
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
  return `${rule.name} (“${said}”)`;
}

export const categoryNames = Object.keys(categories) as Category[];

/** True for the names of categories. */
export function isCategory(name: string): name is Category {
  return Object.hasOwn(categories, name);
}
