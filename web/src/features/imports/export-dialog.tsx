import { useState } from "preact/hooks";
import { apiUrl, ask, given, type WorkspaceApi } from "../../api.ts";
import { type ChoiceKind, contactStatuses, type Field, useChoices } from "../../choices.ts";
import { useWorkspace } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { type Option, SelectField } from "../../ui/field.tsx";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { t } from "./imports.messages.ts";

type Order = Parameters<WorkspaceApi["exports"]["post"]>[0];
type Kind = Order["kind"] | "consent";
type Reason = NonNullable<Order["reason"]>;

const kinds: Kind[] = ["contacts", "suppressions", "recipients", "consent"];
const groups = ["list", "segment", "tag"] as const;
const inAddress = ["export", "q", "status", "campaign", ...groups];
const reasons = [
  "unsubscribed",
  "hard_bounce",
  "complaint",
  "manual",
  "unclear",
] as const satisfies Reason[];
const builtIn = [
  "first_name",
  "last_name",
  "language",
  "time_zone",
  "country",
  "city",
  "suppressed_until",
  "suppression_note",
  "paused_until",
  "tracking",
  "tags",
  "lists",
  "consent",
] as const;
const builtInLast = ["source", "created_at"] as const;
/** Columns that need an explanation. */
const explained = [
  "suppressed_until",
  "suppression_note",
  "paused_until",
  "tracking",
  "tags",
  "lists",
  "consent",
] as const;

/** The column name of a field includes its type. No other column name contains a colon. */
const headerOf = ({ key, type }: Field): string => `${key}:${type}`;

/** The chosen options. Most of them are in the URL, so that other pages can open the dialog filled in. */
function useAsked(onStarted: () => void) {
  const workspace = useWorkspace();
  const url = useUrlState();
  const kind = kinds.find((one) => one === url.get("export")) ?? "contacts";
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [reason, setReason] = useState<Reason | "">("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const fields = useChoices(workspace, "fields");
  const own = fields.data?.items ?? [];
  const columns = [...builtIn, ...own.map(headerOf), ...builtInLast];
  const close = () => url.set(Object.fromEntries(inAddress.map((key) => [key, undefined])));
  const start = async () => {
    if (kind === "consent") {
      return;
    }
    setBusy(true);
    setProblem(undefined);
    try {
      const order = orderOf(kind, url.get, { reason, columns, left });
      await ask(workspace.call.exports.post(order));
      toast(t("exportStarted"));
      onStarted();
      close();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  const isReady = kind !== "recipients" || url.get("campaign") !== undefined;
  return {
    kind,
    left,
    setLeft,
    reason,
    setReason,
    busy,
    problem,
    own,
    columns,
    close,
    start,
    isReady,
  };
}

/** Chooses what to export. */
export function ExportDialog({ onStarted }: { onStarted: () => void }) {
  const workspace = useWorkspace();
  const asked = useAsked(onStarted);
  const { kind, close } = asked;
  return (
    <Dialog
      title={t("newExport")}
      onClose={close}
      footer={
        <>
          <Button onClick={close}>{t("cancel")}</Button>
          {kind === "consent" ? (
            <ButtonLink
              variant="primary"
              download
              href={apiUrl(`${workspace.api}/consent/export`, { format: "csv" })}
            >
              {t("download")}
            </ButtonLink>
          ) : (
            <Button
              variant="primary"
              busy={asked.busy}
              disabled={!asked.isReady}
              onClick={asked.start}
            >
              {t("startExport")}
            </Button>
          )}
        </>
      }
    >
      <div class="flex flex-col gap-4">
        <FormProblem problem={asked.problem} />
        <What {...asked} />
      </div>
    </Dialog>
  );
}

function What(asked: ReturnType<typeof useAsked>) {
  const url = useUrlState();
  const { kind } = asked;
  return (
    <>
      <SelectField
        label={t("what")}
        value={kind}
        options={kinds.map((value) => ({ value, label: t(`of_${value}`) }))}
        onChange={(value) => url.set({ export: value })}
      />
      {kind === "contacts" && (
        <>
          <Whom />
          <Notice tone="neutral" title={t("backupTitle")}>
            {t("backupBody")}
          </Notice>
          <Columns
            columns={asked.columns}
            labels={new Map(asked.own.map((field) => [headerOf(field), field.label]))}
            left={asked.left}
            onChange={asked.setLeft}
          />
        </>
      )}
      {kind === "suppressions" && (
        <SelectField
          label={t("whichReason")}
          value={asked.reason}
          options={[
            { value: "", label: t("allReasons") },
            ...reasons.map((value) => ({ value, label: t(`reason_${value}`) })),
          ]}
          onChange={(value) => asked.setReason(reasons.find((one) => one === value) ?? "")}
        />
      )}
      {kind === "recipients" && <Campaign />}
      {kind === "consent" && <Notice tone="neutral">{t("consentFile")}</Notice>}
    </>
  );
}

/** The part of the audience that is in the URL. */
function whom(get: (key: string) => string | undefined) {
  const segment = get("segment");
  if (segment !== undefined) {
    return { segmentId: Number(segment) };
  }
  const numberOf = (value: string | undefined) => (value === undefined ? value : Number(value));
  const status = contactStatuses.find((one) => one === get("status"));
  const filter = { list: numberOf(get("list")), tag: numberOf(get("tag")), q: get("q"), status };
  return { filter: given(filter) };
}

type Chosen = { reason: Reason | ""; columns: string[]; left: ReadonlySet<string> };

function orderOf(kind: Order["kind"], get: (key: string) => string | undefined, chosen: Chosen) {
  if (kind === "contacts") {
    return { kind, ...whom(get), ...chosenColumns(chosen.columns, chosen.left) };
  }
  if (kind === "recipients") {
    return { kind, campaignId: Number(get("campaign")) };
  }
  return { kind, ...(chosen.reason === "" ? {} : { reason: chosen.reason }) };
}

const chosenColumns = (columns: string[], left: ReadonlySet<string>) =>
  left.size === 0 ? {} : { columns: columns.filter((name) => !left.has(name)) };

function useNamed(
  kind: Extract<ChoiceKind, "lists" | "segments" | "tags" | "campaigns">,
): Option[] {
  const workspace = useWorkspace();
  const named = useChoices(workspace, kind);
  return (named.data?.items ?? []).map(({ id, name }) => ({ value: String(id), label: name }));
}

function Whom() {
  const url = useUrlState();
  const choices = { list: useNamed("lists"), segment: useNamed("segments"), tag: useNamed("tags") };
  const group = groups.find((one) => url.get(one) !== undefined);
  const rest = [url.get("q"), url.get("status")].filter((one) => one !== undefined);
  const choose = (one: string) => {
    const first = one === "" ? undefined : choices[one as (typeof groups)[number]][0]?.value;
    url.set({
      list: undefined,
      segment: undefined,
      tag: undefined,
      q: undefined,
      status: undefined,
      ...(one === "" ? {} : { [one]: first }),
    });
  };
  return (
    <>
      <div class="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t("whom")}
          value={group ?? ""}
          options={[
            { value: "", label: t("everybody") },
            ...groups.map((value) => ({
              value,
              label: t(`in_${value}`),
              disabled: choices[value].length === 0,
            })),
          ]}
          onChange={choose}
        />
        {group !== undefined && (
          <SelectField
            label={t(`which_${group}`)}
            value={url.get(group) ?? ""}
            options={choices[group]}
            onChange={(value) => url.set({ [group]: value })}
          />
        )}
      </div>
      {rest.length > 0 && (
        <Notice tone="neutral">{t("alsoFilter", { filter: rest.join(", ") })}</Notice>
      )}
    </>
  );
}

function Columns({
  columns,
  labels,
  left,
  onChange,
}: {
  columns: string[];
  labels: Map<string, string>;
  left: ReadonlySet<string>;
  onChange: (left: ReadonlySet<string>) => void;
}) {
  const toggle = (name: string, on: boolean) =>
    onChange(new Set(on ? [...left].filter((one) => one !== name) : [...left, name]));
  return (
    <fieldset>
      <legend class="mb-2 font-medium">{t("withColumns")}</legend>
      <div class="grid gap-2 sm:grid-cols-2">
        <Checkbox label="email" checked disabled onChange={() => undefined} />
        <Checkbox
          label="status"
          hint={t("column_status")}
          checked
          disabled
          onChange={() => undefined}
        />
        {columns.map((name) => (
          <Checkbox
            key={name}
            label={labels.get(name) ?? name}
            hint={hintOf(name)}
            checked={!left.has(name)}
            onChange={(on) => toggle(name, on)}
          />
        ))}
      </div>
    </fieldset>
  );
}

function hintOf(name: string): string | undefined {
  const known = explained.find((one) => one === name);
  return known && t(`column_${known}`);
}

function Campaign() {
  const url = useUrlState();
  const campaigns = useNamed("campaigns");
  return (
    <SelectField
      label={t("whichCampaign")}
      value={url.get("campaign") ?? ""}
      options={[{ value: "", label: t("choose"), disabled: true }, ...campaigns]}
      onChange={(value) => url.set({ campaign: value })}
    />
  );
}
