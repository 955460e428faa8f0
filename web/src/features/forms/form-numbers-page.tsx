import { useQuery } from "@tanstack/preact-query";
import { useRoute } from "preact-iso";
import { type Answer, ask } from "../../api.ts";
import { formatDate, formatNumber } from "../../format.ts";
import { useWorkspace } from "../../session.ts";
import { Card, Stat, StatRow } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { Loaded } from "../../ui/states.tsx";
import { Table } from "../../ui/table.tsx";
import type { OneForm } from "./form-document.ts";
import { FormTabs } from "./form-tabs.tsx";
import { t } from "./forms.messages.ts";

type Numbers = Answer<OneForm["numbers"]["get"]>;

/** A form's statistics and the versions of its consent text. */
export function FormNumbersPage() {
  const { params } = useRoute();
  const workspace = useWorkspace();
  const id = Number(params["formId"]);
  const call = workspace.call.forms({ id });
  const form = useQuery({ queryKey: ["form", workspace.id, id], queryFn: () => ask(call.get()) });
  const numbers = useQuery({
    queryKey: ["form-numbers", workspace.id, id],
    queryFn: () => ask(call.numbers.get()),
  });
  return (
    <Loaded query={form} rows={8}>
      {(data) => (
        <>
          <PageHeader
            title={data.name}
            trail={[{ label: t("forms"), href: `${workspace.base}/contacts/forms` }]}
          />
          <FormTabs id={data.id} current="numbers" />
          <PageBody>
            <StatRow>
              <Stat label={t("views")} value={formatNumber(data.counts.views)} />
              <Stat label={t("submits")} value={formatNumber(data.counts.submits)} />
              <Stat label={t("waiting")} value={formatNumber(data.waiting)} />
              <Stat label={t("confirmed")} value={formatNumber(data.counts.confirmed)} />
              <Stat label={t("bots")} value={formatNumber(data.counts.bots)} />
            </StatRow>
            <Loaded query={numbers} rows={5}>
              {(found) => <Details numbers={found} />}
            </Loaded>
          </PageBody>
        </>
      )}
    </Loaded>
  );
}

function Details({ numbers }: { numbers: Numbers }) {
  const days = [...numbers.days].reverse();
  return (
    <>
      <Card title={t("byDay")} flush>
        {days.length === 0 ? (
          <p class="p-4 text-muted">{t("noNumbers")}</p>
        ) : (
          <Table
            label={t("byDay")}
            rows={days}
            rowKey={({ day }) => String(day)}
            columns={[
              {
                key: "day",
                head: t("day"),
                cell: ({ day }) => formatDate(day, "UTC"),
              },
              ...(["views", "submits", "confirmed", "bots"] as const).map((key) => ({
                key,
                head: t(key),
                align: "end" as const,
                wide: key === "views" || key === "bots",
                cell: ({ counts }: Numbers["days"][number]) => formatNumber(counts[key]),
              })),
            ]}
          />
        )}
      </Card>
      <Card title={t("versions")}>
        {numbers.wordings.length === 0 && <p class="text-muted">{t("noVersions")}</p>}
        <ol class="flex flex-col gap-4">
          {numbers.wordings.map(({ version, text, given }) => (
            <li key={version}>
              <p class="text-sm text-muted">
                {t("version", { version })} · {t("agreed", { count: given })}
              </p>
              <p class="whitespace-pre-wrap break-words">{text}</p>
            </li>
          ))}
        </ol>
      </Card>
    </>
  );
}
