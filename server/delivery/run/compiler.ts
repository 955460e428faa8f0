import { createHash } from "node:crypto";
import { LRUCache } from "lru-cache";
import { FairGate } from "../../platform/workers/fair-gate.ts";
import { type CompiledCampaign, compileCampaign } from "../render/compile.ts";
import type { TokenKeys } from "../tokens.ts";
import type { CampaignContent } from "../types.ts";

/** What compiles in some ten milliseconds whatever is in it waits for nobody. */
const LARGE_CHARS = 100_000;
/** After a large one, other campaigns have the thread for so many times as long; alone, its sockets have. */
const REST_BESIDE_OTHERS = 4;
const REST_ALONE = 0.5;
/** Test messages of one request, and of a person who tries again, are the same message. */
const KEPT_TESTS = 4;
const KEPT_MS = 60_000;

export type CompilerParts = {
  keys: TokenKeys;
  /** True while the thread has campaigns to send that would wait for a compilation. */
  hasOthers: () => boolean;
  compile?: typeof compileCampaign;
  /** Waits so many milliseconds. */
  sleep?: (ms: number) => Promise<void>;
};

/**
 * Compiles on the delivery thread, where what is compiled must live. A large message takes some hundred
 * milliseconds, in which nothing is sent; so large ones take turns by workspace, and together get a fifth of the
 * thread's time.
 */
export class Compiler {
  readonly #parts: Required<CompilerParts>;
  readonly #turns = new FairGate({ atOnce: 1, perWorkspace: 1, waiting: Number.POSITIVE_INFINITY });
  readonly #tests = new LRUCache<string, Promise<CompiledCampaign>>({
    max: KEPT_TESTS,
    ttl: KEPT_MS,
    // What is large may take a hundred megabytes once it is compiled.
    ttlAutopurge: true,
  });

  constructor(parts: CompilerParts) {
    this.#parts = { compile: compileCampaign, sleep: Bun.sleep, ...parts };
  }

  /** A campaign, when it is its turn. @throws as `compileCampaign`. */
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

  /** A message that is sent alone; the same content is compiled once for a minute. @throws as `compileCampaign`. */
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
