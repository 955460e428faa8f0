import { useWorkspace } from "../../session.ts";
import { TimeChart } from "../../ui/chart.tsx";
import { Card } from "../../ui/display.tsx";
import { Loaded } from "../../ui/states.tsx";
import { t } from "./reports.messages.ts";
import { useTimeline } from "./use-report.ts";

/** Messages sent and opened over time: people solid, automated hatched. */
export function ReportTimeline({ id, live }: { id: number; live: boolean }) {
  const workspace = useWorkspace();
  const timeline = useTimeline(workspace, id, live);
  return (
    <Card title={t("timelineTitle")}>
      <Loaded query={timeline} rows={6}>
        {({ points }) =>
          points.length === 0 ? (
            <p class="text-muted">{t("timelineNone")}</p>
          ) : (
            <TimeChart
              label={t("timelineTitle")}
              times={points.map((one) => one.at)}
              series={[
                { label: t("sent"), kind: "other", values: points.map((one) => one.sent) },
                {
                  label: t("openedByPeople"),
                  kind: "human",
                  values: points.map((one) => one.opensHuman),
                },
                {
                  label: t("openedByMachines"),
                  kind: "machine",
                  values: points.map((one) => one.opensMachine),
                },
              ]}
            />
          )
        }
      </Loaded>
    </Card>
  );
}
