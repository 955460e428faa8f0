import type {
  Counted,
  MemberPage,
  ReadRequest,
} from "../features/segments/segment-read.service.ts";

/** What the reads thread does for the main thread. `id` names a question, so that it can be given up. */
export type ReadsThread = {
  start(request: { dataDir: string }): void;
  count(request: ReadRequest & { id: number }): Promise<Counted>;
  page(request: ReadRequest & { id: number; before: number; limit: number }): Promise<MemberPage>;
  /** Ends the work on a question at its next condition; its asker gets an error. */
  abort(request: { id: number }): void;
  stop(request: null): void;
};
