import { Plus, Trash2 } from "lucide-preact";
import { formatDate, formatNumber } from "../../format.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Badge } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { type Form, useForm } from "../../ui/form.ts";
import { Table } from "../../ui/table.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import { useNow } from "../../ui/use-now.ts";
import type { Route, RouteSource } from "./route.ts";
import { FormCard, useRouteSave } from "./route-limits.tsx";
import { t } from "./routes.messages.ts";
import { daysLeft, nextDays, type WarmUp } from "./warm-up.ts";

type SourceValues = {
  address: string;
  heloName: string;
  weight: string;
  isWarming: boolean;
  startedAt: number;
  firstDay: string;
  target: string;
};
type Values = { sources: SourceValues[] };

const TABLE_DAYS = 10;

function valuesOf(source: RouteSource): SourceValues {
  const { warmUp } = source;
  return {
    address: source.address,
    heloName: source.heloName,
    weight: String(source.weight),
    isWarming: warmUp !== undefined,
    startedAt: warmUp?.startedAt ?? 0,
    firstDay: String(warmUp?.firstDay ?? 100),
    target: String(warmUp?.target ?? 10_000),
  };
}

function sourceOf(values: SourceValues, now: number): RouteSource {
  const { address, heloName, weight, isWarming, startedAt } = values;
  const plain = { address: address.trim(), heloName: heloName.trim(), weight: Number(weight) };
  return isWarming
    ? {
        ...plain,
        warmUp: {
          startedAt: startedAt === 0 ? now : startedAt,
          firstDay: Number(values.firstDay),
          target: Number(values.target),
        },
      }
    : plain;
}

/** The source IP addresses, each with its host name and warm-up plan. */
export function SourcesForm({ route }: { route: Route }) {
  const save = useRouteSave(route);
  const form = useForm<Values>({
    initial: { sources: route.sources.map(valuesOf) },
    submit: ({ sources }) => save({ sources: sources.map((one) => sourceOf(one, Date.now())) }),
  });
  const { sources } = form.values;
  const blank = valuesOf({ address: "", heloName: "", weight: 1 });
  return (
    <FormCard title={t("sources")} description={t("sourcesAbout")} form={form}>
      {sources.length === 0 && <p class="text-muted">{t("noSources")}</p>}
      {sources.map((source, index) => (
        <Source key={index} form={form} source={source} index={index} />
      ))}
      <div>
        <Button icon={Plus} onClick={() => form.set("sources", [...sources, blank])}>
          {t("addSource")}
        </Button>
      </div>
    </FormCard>
  );
}

function Source({
  form,
  source,
  index,
}: {
  form: Form<Values>;
  source: SourceValues;
  index: number;
}) {
  const change = (part: Partial<SourceValues>) =>
    form.set(
      "sources",
      form.values.sources.map((one, at) => (at === index ? { ...one, ...part } : one)),
    );
  const remove = () =>
    form.set(
      "sources",
      form.values.sources.filter((_, at) => at !== index),
    );
  const text = (key: "address" | "heloName" | "weight" | "firstDay" | "target") => ({
    value: source[key],
    onInput: (value: string) => change({ [key]: value }),
    error: form.errorOf(
      `sources.${index}.${key === "firstDay" || key === "target" ? "warmUp." : ""}${key}`,
    ),
  });
  return (
    <div class="flex flex-col gap-4 rounded-lg border border-line p-4">
      <div class="grid grid-cols-1 items-start gap-3 sm:grid-cols-[minmax(0,1fr)_minmax(0,1fr)_96px_auto]">
        <TextField {...text("address")} label={t("address")} placeholder="203.0.113.7" mono />
        <TextField {...text("heloName")} label={t("helo")} placeholder="mta1.example.com" mono />
        <TextField {...text("weight")} label={t("weight")} inputMode="numeric" />
        <div class="sm:pt-6">
          <IconButton
            icon={Trash2}
            label={t("removeSource", { address: source.address })}
            onClick={remove}
          />
        </div>
      </div>
      <Checkbox
        label={t("warmUp")}
        hint={t("warmUpHint")}
        checked={source.isWarming}
        onChange={(isWarming) => change({ isWarming })}
      />
      {source.isWarming && (
        <div class="grid items-start gap-4 md:grid-cols-[200px_minmax(0,1fr)]">
          <div class="flex flex-col gap-3">
            <TextField {...text("firstDay")} label={t("firstDay")} inputMode="numeric" />
            <TextField {...text("target")} label={t("target")} inputMode="numeric" />
          </div>
          <Plan source={source} />
        </div>
      )}
    </div>
  );
}

function Plan({ source }: { source: SourceValues }) {
  const now = useNow();
  const plan: WarmUp = {
    startedAt: source.startedAt === 0 ? now : source.startedAt,
    firstDay: Number(source.firstDay),
    target: Number(source.target),
  };
  if (!(plan.firstDay >= 1 && plan.target >= plan.firstDay)) {
    return null;
  }
  const left = daysLeft(plan, now);
  return (
    <div class="flex min-w-0 flex-col gap-2">
      <div>
        <Badge tone={left === 0 ? "success" : "info"}>
          {left === 0 ? t("warm") : t("daysLeft", { count: left })}
        </Badge>
      </div>
      <Table
        label={t("warmUp")}
        rows={nextDays(plan, now, Math.min(TABLE_DAYS, left + 1))}
        rowKey={(row) => String(row.at)}
        columns={[
          {
            key: "day",
            head: t("day"),
            cell: (row) => (row.at <= now ? t("today") : formatDate(row.at)),
          },
          {
            key: "quota",
            head: t("perProvider"),
            align: "end",
            cell: (row) => formatNumber(row.quota),
          },
        ]}
      />
    </div>
  );
}
