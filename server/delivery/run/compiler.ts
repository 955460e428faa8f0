import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { FairGate } from "../../platform/workers/fair-gate.ts";
import { type CompiledCampaign, compileCampaign } from "../render/compile.ts";
import type { TokenKeys } from "../tokens.ts";
import type { CampaignContent } from "../types.ts";

/** Content below this size compiles in some tens of ms at most, whatever it contains, so it does not have to queue. */
const LARGE_CHARS = 100_000;
/**
 * Pause after a large compilation, as a multiple of the time it took. It leaves the thread to other campaigns or, when
 * there are none, to its own sockets.
 */
const REST_BESIDE_OTHERS = 4;
const REST_ALONE = 0.5;
/** Test messages are often sent several times with the same content, so their compiled form is cached. */
const KEPT_TESTS = 4;
const KEPT_MS = 60_000;

export type CompilerParts = {
  keys: TokenKeys;
  /** True when campaigns are being sent that a compilation would delay. */
  hasOthers: () => boolean;
  compile?: typeof compileCampaign;
  /** Waits the given number of ms. */
  sleep?: (ms: number) => Promise<void>;
};

/**
 * Compiles on the delivery thread, because the compiled functions cannot be moved between threads. Compiling a large
 * message takes some hundred ms, during which nothing is sent. Large messages therefore take turns by workspace, and
 * together use at most a fifth of the thread's time while other campaigns are being sent.
 */
export class Compiler {
  readonly #parts: Required<CompilerParts>;
  readonly #turns = new FairGate({ atOnce: 1, perWorkspace: 1, waiting: Number.POSITIVE_INFINITY });
  readonly #tests = new LRUCache<string, Promise<CompiledCampaign>>({
    max: KEPT_TESTS,
    ttl: KEPT_MS,
    // A large compiled message may take a hundred megabytes.
    ttlAutopurge: true,
  });

  constructor(parts: CompilerParts) {
    this.#parts = { compile: compileCampaign, sleep: Bun.sleep, ...parts };
  }

  /**
   * Compiles a campaign when it is its turn.
   *
   * @throws the errors of `compileCampaign`.
   */
  async campaign(content: CampaignContent, campaignId: number): Promise<CompiledCampaign> {
    if (content.html.length + content.text.length < LARGE_CHARS) {
      return await this.#compile(content, campaignId);
    }
    const { promise, resolve, reject } = Promise.withResolvers<CompiledCampaign>();
    void this.#turns.pass(content.workspace.id, async () => {
      const began = performance.now();
      await this.#compile(content, campaignId).then(resolve, reject);
      const rest = this.#parts.hasOthers() ? REST_BESIDE_OTHERS : REST_ALONE;
      await this.#parts.sleep((performance.now() - began) * rest);
    });
    return await promise;
  }

  /**
   * Compiles a single message. The result is cached by content for a minute.
   *
   * @throws the errors of `compileCampaign`.
   */
  async alone(content: CampaignContent): Promise<CompiledCampaign> {
    const key = createHash("sha256").update(JSON.stringify(content)).digest("base64");
    const known = this.#tests.get(key);
    if (known !== undefined) {
      return await known;
    }
    const compiled = this.campaign(content, 0);
    this.#tests.set(key, compiled);
    return await compiled;
  }

  #compile(content: CampaignContent, campaignId: number): Promise<CompiledCampaign> {
    return this.#parts.compile(content, { campaignId, keys: this.#parts.keys });
  }
}
