import type { Position } from "../../platform/journal/segments.ts";

type AppliedEnd = { workspaceId: string; stream: string } & Position;

/** Per segment and workspace: where the last fact ends that has been committed to the workspace's file. */
export class AppliedEnds {
  /** Stream, segment, workspace → offset. */
  readonly #ends = new Map<string, Map<number, Map<string, number>>>();

  note(workspaceId: string, stream: string, { segment, offset }: Position): void {
    const segments = this.#ends.get(stream) ?? new Map<number, Map<string, number>>();
    const offsets = segments.get(segment) ?? new Map<string, number>();
    offsets.set(workspaceId, Math.max(offset, offsets.get(workspaceId) ?? 0));
    segments.set(segment, offsets);
    this.#ends.set(stream, segments);
  }

  /** The last ends in the segments below this one, ascending by segment, so a workspace's latest end comes last. */
  below(stream: string, segment: number): AppliedEnd[] {
    return [...(this.#ends.get(stream) ?? [])]
      .filter(([number]) => number < segment)
      .sort(([a], [b]) => a - b)
      .flatMap(([number, offsets]) =>
        [...offsets].map(([workspaceId, offset]) => ({
          workspaceId,
          stream,
          segment: number,
          offset,
        })),
      );
  }

  forgetBelow(stream: string, segment: number): void {
    const segments = this.#ends.get(stream);
    for (const number of segments?.keys() ?? []) {
      if (number < segment) {
        segments?.delete(number);
      }
    }
  }
}
