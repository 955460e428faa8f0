import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { createFairPool, Overrun } from "../../platform/workers/fair-pool.ts";
import type { Problem } from "../render/body.ts";
import { budgetSentence } from "../render/budget.ts";
import type { BuiltBody, ContentSource } from "../render/content.ts";
import type { Preview } from "../render/preview.ts";
import type { CampaignContent, ContactFields } from "../types.ts";
import type { RendererMethods, WebViewRequest } from "./renderer-methods.ts";

/** For whom something is rendered: each has a queue of its own in its workspace. */
export type RenderLane = "editing" | "sending" | "viewing";

/**
 * Compiles and shows what people wrote, on threads that can be ended. One workspace has one thing rendered at
 * a time; who wrote something that takes too long waits, and nobody else does.
 */
export type Renderer = {
  /**
   * `buildAndTry`; what takes too long comes back as a problem, without a body.
   *
   * @throws AppError `unavailable` when too much of the workspace waits.
   */
  build(lane: RenderLane, source: ContentSource, fieldKeys?: readonly string[]): Promise<BuiltBody>;
  /**
   * The errors that `build` finds in what a person wrote, remembered by the text: nothing is compiled twice
   * because a page is opened again.
   *
   * @throws AppError as `build`.
   */
  faults(source: ContentSource): Promise<Problem[]>;
  /** `showContent`; what takes too long comes back as a problem. @throws AppError as `build`. */
  show(
    source: ContentSource,
    fieldKeys: readonly string[],
    contact: ContactFields,
    now: number,
  ): Promise<Preview>;
  /** `renderPreview`; what takes too long comes back as a problem. @throws AppError as `build`. */
  preview(content: CampaignContent, contact: ContactFields, now: number): Promise<Preview>;
  /**
   * `renderWebView`: the HTML, or undefined when it cannot be rendered. @throws AppError as `build`.
   */
  webView(request: WebViewRequest): Promise<string | undefined>;
};

const limits = {
  threads: 2,
  // A megabyte of MJML and Liquid takes a second or two of a busy machine.
  maxMs: 8_000,
  restMs: 16_000,
  maxWaiting: 8,
  idleMs: 5 * 60_000,
};

/** Makes the renderer; threads start when there is something to render. This alone starts `render.worker.ts`. */
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

// A fault is a sentence or two; this many are drafts that people have open.
const REMEMBERED_FAULTS = 5_000;
// What took too long may have met a busy machine.
const TOO_SLOW_FOR_MS = 60_000;

/** `Renderer.faults` over a `build`. Asked twice while it is being answered, it compiles once. */
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

/** What the faults depend on. The workspace is in it, so that nobody can tell what another one wrote. */
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
