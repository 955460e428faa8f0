import { t } from "elysia";
import { type BottleneckAnswer, bottleneckCodes } from "../../delivery/index.ts";

/** What slows a campaign down: a code with its values for programs, a sentence for people. */
export const BottleneckSchema = t.Unsafe<BottleneckAnswer>(
  t.Object(
    {
      code: t.Union(bottleneckCodes.map((code) => t.Literal(code))),
      params: t.Record(t.String(), t.Unknown(), {
        description: "The values of the code: names, counts, rates a second, times in Unix ms",
      }),
      detail: t.String({ description: "The sentence in English" }),
    },
    { description: "What slows the campaign down" },
  ),
);
