import { t } from "elysia";
import { type BottleneckAnswer, bottleneckCodes } from "../../delivery/index.ts";

/** What holds a campaign back: a code with its values for programs, a sentence for people. */
export const BottleneckSchema = t.Unsafe<BottleneckAnswer>(
  t.Object(
    {
      code: t.Union(bottleneckCodes.map((code) => t.Literal(code))),
      params: t.Record(t.String(), t.Unknown(), {
        description: "The values of the code: names, counts, rates a second, times in Unix ms",
      }),
      detail: t.String({ description: "In English" }),
    },
    { description: "What holds the campaign back" },
  ),
);
