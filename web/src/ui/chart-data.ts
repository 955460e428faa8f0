export type ChartSeries = {
  label: string;
  values: number[];
  /** People are drawn solid, machines hatched, anything else as a second colour. */
  kind: "human" | "machine" | "other";
};

export type ChartProps = {
  /** What the chart shows; its name for screen readers and its file name. */
  label: string;
  /** Unix ms, ascending; one per value. */
  times: number[];
  series: ChartSeries[];
  shape?: "bars" | "line";
};
