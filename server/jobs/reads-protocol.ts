import type { AudienceDefinition, RetryCount, RetryFilter, Waterfall } from "../delivery/index.ts";
import type { AuditVerdict } from "../features/ports.ts";
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
  look(request: Question<{ name: string; asked: unknown }>): Promise<unknown>;
  count(request: Question<ReadRequest>): Promise<Counted>;
  page(request: Question<ReadRequest & { before: number; limit: number }>): Promise<MemberPage>;
  waterfall(request: Question<{ audience: AudienceDefinition }>): Promise<Waterfall>;
  retryPreview(request: Question<{ campaignId: number; filter: RetryFilter }>): Promise<RetryCount>;
  /** Checks the whole audit log, which is the instance's: `workspaceId` is empty. */
  checkAudit(request: Question<object>): Promise<AuditVerdict>;
  /** Ends the work on a question at its next step; its asker gets an error. */
  abort(request: { id: number }): void;
  stop(request: null): void;
};
