import { expect, test } from "bun:test";
import { hiddenEdges } from "../../../web/src/ui/scroll-area.tsx";

test.each([
  ["that fits", 0, 358, { before: false, after: false }],
  ["at its start", 0, 700, { before: false, after: true }],
  ["in the middle", 100, 700, { before: true, after: true }],
  ["at its end", 342, 700, { before: true, after: false }],
  ["at its end, half a pixel short", 341.5, 700, { before: true, after: false }],
])(
  "a table %s has a shadow at the edge where it continues",
  (_, scrollLeft, scrollWidth, edges) => {
    expect(hiddenEdges({ scrollLeft, scrollWidth, clientWidth: 358 })).toEqual(edges);
  },
);
