import { Download } from "lucide-preact";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { formatDateTime, formatNumber } from "../format.ts";
import { IconButton } from "./button.tsx";
import type { ChartProps } from "./chart-data.ts";
import { downloadCsv } from "./csv.ts";
import { ScrollArea } from "./scroll-area.tsx";
import { Segmented } from "./toggles.tsx";
import { t } from "./ui.messages.ts";

/** Values over time as a chart (uPlot, loaded when first shown), as a table, and as CSV. */
export function TimeChart(props: ChartProps) {
  const [view, setView] = useState<"chart" | "table">("chart");
  const rows = () => [
    [t("time"), ...props.series.map((one) => one.label)],
    ...props.times.map((at, index) => [
      new Date(at).toISOString(),
      ...props.series.map((one) => one.values[index] ?? 0),
    ]),
  ];
  return (
    <figure class="flex min-w-0 flex-col gap-3" aria-label={props.label}>
      <div class="flex items-center justify-end gap-1">
        <Segmented
          label={props.label}
          value={view}
          onChange={setView}
          options={[
            { value: "chart", label: t("chart") },
            { value: "table", label: t("table") },
          ]}
        />
        <IconButton
          icon={Download}
          label={t("downloadCsv")}
          onClick={() => downloadCsv(`${props.label}.csv`, rows())}
        />
      </div>
      {view === "chart" ? <LazyCanvas {...props} /> : <NumberTable {...props} />}
    </figure>
  );
}

function LazyCanvas(props: ChartProps) {
  const [Canvas, setCanvas] = useState<ComponentType<ChartProps>>();
  useEffect(() => {
    let isHere = true;
    import("./chart-canvas.tsx").then(
      (module) => isHere && setCanvas(() => module.ChartCanvas),
      () => undefined,
    );
    return () => {
      isHere = false;
    };
  }, []);
  return <div class="min-h-[268px]">{Canvas && <Canvas {...props} />}</div>;
}

function NumberTable({ label, times, series }: ChartProps) {
  return (
    <ScrollArea label={label} class="max-h-[268px] overflow-y-auto">
      <table class="data-table">
        <thead>
          <tr>
            <th scope="col">{t("time")}</th>
            {series.map((one) => (
              <th key={one.label} scope="col" data-align="end">
                {one.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {times.map((at, index) => (
            <tr key={at}>
              <td>{formatDateTime(at)}</td>
              {series.map((one) => (
                <td key={one.label} data-align="end">
                  {formatNumber(one.values[index] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollArea>
  );
}
