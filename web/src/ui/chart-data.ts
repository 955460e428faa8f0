export type ChartSeries = {
  label: string;
  values: number[];
  /** People are drawn solid, automated activity hatched, anything else in a second colour. */
  kind: "human" | "machine" | "other";
};

export type ChartProps = {
  /** The title of the chart: its name for screen readers and of its CSV file. */
  label: string;
  /** Unix ms, ascending; one per value. */
  times: number[];
  series: ChartSeries[];
  shape?: "bars" | "line";
};
