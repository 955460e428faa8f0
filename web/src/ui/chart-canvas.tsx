import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import {
  displayZone,
  formatCompact,
  formatDateTime,
  formatNumber,
  formatTicks,
} from "../format.ts";
import { theme } from "../preferences.ts";
import type { ChartProps, ChartSeries } from "./chart-data.ts";
import { t } from "./ui.messages.ts";

const HEIGHT = 240;
/** Pixels between two labels of the time axis: "12:00 PM" fits. */
const TICK_SPACE = 72;

/** The chart itself, redrawn when data, width or theme change. */
export function ChartCanvas(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const { times, series, shape } = props;
  const chosen = theme.value;
  useEffect(() => {
    const target = box.current;
    if (target === null) {
      return;
    }
    let plot: uPlot | undefined;
    const draw = () => {
      plot?.destroy();
      plot = new uPlot(
        options(props, target),
        [times.map((at) => at / 1000), ...series.map((one) => one.values)],
        target,
      );
    };
    const resize = new ResizeObserver(() =>
      plot?.setSize({ width: target.clientWidth, height: HEIGHT }),
    );
    const dark = matchMedia("(prefers-color-scheme: dark)");
    draw();
    resize.observe(target);
    dark.addEventListener("change", draw);
    return () => {
      resize.disconnect();
      dark.removeEventListener("change", draw);
      plot?.destroy();
    };
  }, [times, series, shape, chosen, displayZone.value]);
  return <div ref={box} class="chart" />;
}

const FEWEST_STEPS = 12;

/** Seconds between neighbouring points: the smallest distance, because empty buckets may be missing. */
function stepOf(times: number[]): number {
  const gaps = times.slice(1).map((at, index) => (at - (times[index] ?? at)) / 1000);
  return gaps.length === 0 ? 3600 : Math.min(...gaps);
}

/** Adds half a bar at both ends so that none is cut off, and space so that few bars are not too wide. */
function widen(
  min: number,
  max: number,
  times: number[],
  shape: "bars" | "line",
): [number, number] {
  if (shape === "line") {
    return [min, max];
  }
  // uPlot's own range for a single point would be 1,000 times too large.
  const end = times.length === 1 ? min : max;
  const step = stepOf(times);
  const missing = Math.max(0, FEWEST_STEPS - (end - min) / step - 1);
  const margin = (step * (1 + missing)) / 2;
  return [min - margin, end + margin];
}

const BAR_SHARE = 0.8;

/** Draws the bars of several series side by side around their time. */
function bars(times: number[], index: number, count: number): uPlot.Series.PathBuilder | undefined {
  const step = stepOf(times);
  const width = (BAR_SHARE * step) / count;
  const scaleValue: uPlot.Series.BarsPathBuilderFacetUnit.ScaleValue = 1;
  return uPlot.paths.bars?.({
    radius: 0.15,
    disp: {
      x0: {
        unit: scaleValue,
        values: () => times.map((at) => at / 1000 - (BAR_SHARE * step) / 2 + index * width),
      },
      size: { unit: scaleValue, values: () => [width] },
    },
  });
}

/** The computed value of a colour token, because a canvas does not understand var() or light-dark(). */
function color(target: HTMLElement, token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  target.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
}

const tokens = { human: "--color-primary", machine: "--color-faint", other: "--color-success" };

function options(
  { times, series, shape = "bars" }: ChartProps,
  target: HTMLElement,
): uPlot.Options {
  const line = color(target, "--color-line");
  const text = color(target, "--color-muted");
  const font = `12px ${getComputedStyle(target).fontFamily}`;
  const axis = { stroke: text, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  return {
    width: target.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), displayZone.value),
    cursor: { y: false, points: { show: shape === "line" } },
    scales: {
      x: { range: (_, min, max) => widen(min, max, times, shape) },
      y: { range: (_, __, max) => [0, Math.max(4, max * 1.08)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: TICK_SPACE,
        values: (_, ticks, __, ___, step) =>
          formatTicks(
            ticks.map((seconds) => seconds * 1000),
            step,
          ),
      },
      { ...axis, size: 48, values: (_, ticks) => ticks.map((tick) => formatCompact(tick)) },
    ],
    series: [
      {
        label: t("time"),
        value: (_, seconds) => (seconds === null ? "–" : formatDateTime(seconds * 1000)),
      },
      ...series.map((one, index) =>
        drawn(one, { times, index, count: series.length, shape, target }),
      ),
    ],
  };
}

type Place = {
  times: number[];
  index: number;
  count: number;
  shape: "bars" | "line";
  target: HTMLElement;
};

function drawn(one: ChartSeries, { times, index, count, shape, target }: Place): uPlot.Series {
  const stroke = color(target, tokens[one.kind]);
  const paths = shape === "bars" ? bars(times, index, count) : undefined;
  return {
    label: one.label,
    stroke,
    width: shape === "line" ? 2 : 1,
    ...(one.kind === "machine" && shape === "line" ? { dash: [4, 4] } : {}),
    ...(paths === undefined ? {} : { paths }),
    ...(shape === "bars" ? { fill: one.kind === "machine" ? hatch(stroke) : stroke } : {}),
    points: { show: false },
    value: (_, value) => (value === null ? "–" : formatNumber(value)),
  };
}

/** Diagonal lines, so that automated and human activity differ without colour. */
function hatch(stroke: string): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = 6;
  tile.height = 6;
  const pen = tile.getContext("2d");
  if (pen === null) {
    return stroke;
  }
  pen.strokeStyle = stroke;
  pen.lineWidth = 1.4;
  pen.beginPath();
  for (const from of [-6, 0, 6]) {
    pen.moveTo(from, 6);
    pen.lineTo(from + 6, 0);
  }
  pen.stroke();
  return pen.createPattern(tile, "repeat") ?? stroke;
}
