import { createFairPool, Overrun } from "../platform/workers/fair-pool.ts";
import { budgetSentence } from "./render/budget.ts";
import type { BuiltBody, ContentSource } from "./render/content.ts";
import type { Preview } from "./render/preview.ts";
import type { RendererMethods, WebViewRequest } from "./renderer-methods.ts";
import type { CampaignContent, ContactFields } from "./types.ts";

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
  return {
    async build(lane, source, fieldKeys) {
      const turn = { owner: source.workspace.id, lane };
      const request = { source, fieldKeys: fieldKeys === undefined ? undefined : [...fieldKeys] };
      return await unlessTooSlow(pool.call(turn, "build", request), () => {
        const { bodyKind: _kind, bodySource: _source, textSource: _text, ...rest } = source;
        return { content: { ...rest, html: "", text: "", links: [] }, problems: [tooSlow()] };
      });
    },
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
