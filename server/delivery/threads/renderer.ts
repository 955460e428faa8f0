import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { createFairPool, Overrun } from "../../platform/workers/fair-pool.ts";
import type { Problem } from "../render/body.ts";
import { budgetSentence } from "../render/budget.ts";
import type { BuiltBody, ContentSource } from "../render/content.ts";
import type { Preview } from "../render/preview.ts";
import type { CampaignContent, ContactFields } from "../types.ts";
import type { RendererMethods, WebViewRequest } from "./renderer-methods.ts";

/** What something is rendered for; each has a queue of its own per workspace. */
export type RenderLane = "editing" | "sending" | "viewing";

/**
 * Compiles and renders users' content on threads that can be terminated. Each workspace has one item rendered at a
 * time, so content that takes too long delays only its own workspace.
 */
export type Renderer = {
  /**
   * Runs `buildAndTry`. Content that takes too long is reported as a problem, without a body.
   *
   * @throws AppError `unavailable` when too many items of the workspace are waiting.
   */
  build(lane: RenderLane, source: ContentSource, fieldKeys?: readonly string[]): Promise<BuiltBody>;
  /**
   * The errors that `build` finds in a user's content. Cached by content, so that opening a page again does not compile
   * it again.
   *
   * @throws the errors of `build`.
   */
  faults(source: ContentSource): Promise<Problem[]>;
  /**
   * Runs `showContent`. Content that takes too long is reported as a problem.
   *
   * @throws the errors of `build`.
   */
  show(
    source: ContentSource,
    fieldKeys: readonly string[],
    contact: ContactFields,
    now: number,
  ): Promise<Preview>;
  /**
   * Runs `renderPreview`. Content that takes too long is reported as a problem.
   *
   * @throws the errors of `build`.
   */
  preview(content: CampaignContent, contact: ContactFields, now: number): Promise<Preview>;
  /**
   * Runs `renderWebView`: the HTML, or undefined when it cannot be rendered.
   *
   * @throws the errors of `build`.
   */
  webView(request: WebViewRequest): Promise<string | undefined>;
};

const limits = {
  threads: 2,
  // A thread opens the databases and reads the key ring first, which can take long on a busy machine.
  startMs: 60_000,
  // A megabyte of MJML and Liquid takes a second or two on a busy machine.
  maxMs: 8_000,
  restMs: 16_000,
  maxWaiting: 8,
  idleMs: 5 * 60_000,
};

/** Creates the renderer. Threads start on demand, and only here is `render.worker.ts` started. */
export function startRenderer(options: {
  dataDir: string;
  masterKeyFile?: string | undefined;
}): Renderer & { stop(): void } {
  const { dataDir, masterKeyFile } = options;
  const pool = createFairPool<RendererMethods>(
    () => new Worker(new URL("./render.worker.ts", import.meta.url).href),
    (caller) => caller.call("start", { dataDir, masterKeyFile }),
    limits,
  );
  const build: Renderer["build"] = async (lane, source, fieldKeys) => {
    const turn = { owner: source.workspace.id, lane };
    const request = { source, fieldKeys: fieldKeys === undefined ? undefined : [...fieldKeys] };
    return await unlessTooSlow(pool.call(turn, "build", request), () => {
      const { bodyKind: _kind, bodySource: _source, textSource: _text, ...rest } = source;
      return { content: { ...rest, html: "", text: "", links: [] }, problems: [tooSlow()] };
    });
  };
  return {
    build,
    faults: rememberFaults(build),
    async show(source, fieldKeys, contact, now) {
      const turn = { owner: source.workspace.id, lane: "editing" };
      const request = { source, fieldKeys: [...fieldKeys], contact, now };
      return await unlessTooSlow(pool.call(turn, "show", request), nothing);
    },
    async preview(content, contact, now) {
      const turn = { owner: content.workspace.id, lane: "editing" };
      return await unlessTooSlow(pool.call(turn, "preview", { content, contact, now }), nothing);
    },
    async webView(request) {
      const turn = { owner: request.content.workspace.id, lane: "viewing" };
      return await unlessTooSlow(pool.call(turn, "webView", request), () => undefined);
    },
    stop: () => pool.stop(),
  };
}

// Each entry is only a sentence or two, and this is enough for all drafts that people have open.
const REMEMBERED_FAULTS = 5_000;
// A time-out may have been caused by a busy machine, so it is cached only briefly.
const TOO_SLOW_FOR_MS = 60_000;

/** Implements `Renderer.faults` on top of `build`. Concurrent calls for the same content compile it once. */
export function rememberFaults(build: Renderer["build"]): Renderer["faults"] {
  const known = new LRUCache<string, Problem[]>({ max: REMEMBERED_FAULTS });
  const asked = new Map<string, Promise<Problem[]>>();
  const find = async (key: string, source: ContentSource) => {
    const { problems } = await build("editing", source);
    const faults = problems.filter(({ severity }) => severity === "error");
    const isForNow = faults.some(({ code }) => code === "too_slow");
    known.set(key, faults, isForNow ? { ttl: TOO_SLOW_FOR_MS } : {});
    return faults;
  };
  return async (source) => {
    const key = keyOf(source);
    const found = known.get(key);
    if (found !== undefined) {
      return found;
    }
    const answer = asked.get(key) ?? find(key, source).finally(() => void asked.delete(key));
    asked.set(key, answer);
    return await answer;
  };
}

/**
 * Everything the faults depend on, plus the workspace: otherwise the cache would reveal what another one has written.
 */
function keyOf(source: ContentSource): string {
  const { workspace, bodyKind, bodySource, textSource, subject, preheader } = source;
  const parts = [workspace.id, bodyKind, bodySource, textSource, subject, preheader];
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64");
}

const nothing = (): Preview => ({ subject: "", html: "", text: "", problems: [tooSlow()] });

function tooSlow() {
  const code = "too_slow" as const;
  return {
    severity: "error" as const,
    where: "html" as const,
    message: budgetSentence(code),
    code,
  };
}

async function unlessTooSlow<T, E>(answer: Promise<T>, instead: () => E): Promise<T | E> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Overrun) {
      return instead();
    }
    throw error;
  }
}
