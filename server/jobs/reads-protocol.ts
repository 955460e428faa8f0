import type { AudienceDefinition, RetryCount, RetryFilter, Waterfall } from "../delivery/index.ts";
import type { AuditVerdict } from "../features/ports.ts";
import type {
  Counted,
  MemberPage,
  ReadRequest,
} from "../features/segments/segment-read.service.ts";

/** `id` identifies a request, so that it can be aborted. */
type Question<T> = T & { id: number; workspaceId: string };

/** The calls from the main thread to the read-only threads. */
export type ReadsThread = {
  start(request: { dataDir: string }): void;
  look(request: Question<{ name: string; asked: unknown }>): Promise<unknown>;
  count(request: Question<ReadRequest>): Promise<Counted>;
  page(request: Question<ReadRequest & { before: number; limit: number }>): Promise<MemberPage>;
  waterfall(request: Question<{ audience: AudienceDefinition }>): Promise<Waterfall>;
  retryPreview(request: Question<{ campaignId: number; filter: RetryFilter }>): Promise<RetryCount>;
  /** Verifies the whole audit log, which belongs to the instance, so `workspaceId` is empty. */
  checkAudit(request: Question<object>): Promise<AuditVerdict>;
  /** Aborts a request at its next step; its caller gets an error. */
  abort(request: { id: number }): void;
  stop(request: null): void;
};
