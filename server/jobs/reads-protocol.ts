import type { AudienceDefinition, RetryCount, RetryFilter, Waterfall } from "../delivery/index.ts";
import type { LookName } from "../features/looks.service.ts";
import type {
  Counted,
  MemberPage,
  ReadRequest,
} from "../features/segments/segment-read.service.ts";

/** `id` names a question, so that it can be given up. */
type Question<T> = T & { id: number; workspaceId: string };

/** The calls that the main thread makes to the threads that read. */
export type ReadsThread = {
  start(request: { dataDir: string }): void;
  look(request: Question<{ name: LookName; asked: unknown }>): Promise<unknown>;
  count(request: Question<ReadRequest>): Promise<Counted>;
  page(request: Question<ReadRequest & { before: number; limit: number }>): Promise<MemberPage>;
  waterfall(request: Question<{ audience: AudienceDefinition }>): Promise<Waterfall>;
  retryPreview(request: Question<{ campaignId: number; filter: RetryFilter }>): Promise<RetryCount>;
  /** Ends the work on a question at its next step; its asker gets an error. */
  abort(request: { id: number }): void;
  stop(request: null): void;
};
