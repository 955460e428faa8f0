import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { displayZone, formatCompact, formatDateTime, formatNumber } from "../format.ts";
import { theme } from "../preferences.ts";
import type { ChartProps, ChartSeries } from "./chart-data.ts";

const HEIGHT = 240;

/** The drawing itself; redrawn when the data, the width or the theme changes. */
export function ChartCanvas(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const { times, series, shape } = props;
  const chosen = theme.value;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme and the zone change what is drawn
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

/** Half a bar more at both ends, so that none is cut. */
function widen(
  min: number,
  max: number,
  times: number[],
  shape: "bars" | "line",
): [number, number] {
  const step = ((times[1] ?? 3_600_000) - (times[0] ?? 0)) / 1000;
  return shape === "bars" ? [min - step / 2, max + step / 2] : [min, max];
}

/** A colour token as the browser computes it: a canvas does not know var() or light-dark(). */
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
      { ...axis, grid: { show: false } },
      { ...axis, size: 48, values: (_, ticks) => ticks.map((tick) => formatCompact(tick)) },
    ],
    series: [
      { value: (_, seconds) => (seconds === null ? "–" : formatDateTime(seconds * 1000)) },
      ...series.map((one, index) => drawn(one, index, series.length, shape, target)),
    ],
  };
}

function drawn(
  one: ChartSeries,
  index: number,
  count: number,
  shape: "bars" | "line",
  target: HTMLElement,
): uPlot.Series {
  const stroke = color(target, tokens[one.kind]);
  const bars = uPlot.paths.bars?.({
    size: [0.8 / count, 28],
    align: count === 1 ? 0 : index === 0 ? -1 : 1,
    radius: 0.15,
  });
  return {
    label: one.label,
    stroke,
    width: shape === "line" ? 2 : 1,
    ...(one.kind === "machine" && shape === "line" ? { dash: [4, 4] } : {}),
    ...(shape === "bars" && bars !== undefined ? { paths: bars } : {}),
    ...(shape === "bars" ? { fill: one.kind === "machine" ? hatch(stroke) : stroke } : {}),
    points: { show: false },
    value: (_, value) => (value === null ? "–" : formatNumber(value)),
  };
}

/** Diagonal lines, so that machines differ from people without colour. */
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
