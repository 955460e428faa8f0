import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { ask } from "../../api.ts";
import { useChoices } from "../../choices.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/display.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { Checkbox, ChoiceCards } from "../../ui/toggles.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { type Agreed, Agreement, OtherColumns } from "./agreement.tsx";
import { ColumnMapping } from "./column-mapping.tsx";
import { t } from "./imports.messages.ts";
import { isRefused, openQuestions, StatusCheck, useStatusCheck } from "./status-check.tsx";
import type { Check, Delimiter, Encoding, Guess, Preview, StatusChoices } from "./use-imports.ts";

type Reading = Partial<Pick<Preview, "encoding" | "delimiter" | "hasHeader">>;

const encodings: Encoding[] = ["utf-8", "utf-16le", "utf-16be", "windows-1252"];

/** How to read the file, what its columns contain, and what happens with existing contacts. */
export function ImportSettings({ id, onStarted }: { id: number; onStarted: () => void }) {
  const workspace = useWorkspace();
  const call = workspace.call.imports({ id });
  const [reading, setReading] = useState<Reading>({});
  const preview = useQuery({
    queryKey: ["import-preview", workspace.id, id, reading],
    queryFn: () => ask(call.preview.post(reading)),
    placeholderData: (last: Preview | undefined) => last,
    refetchOnWindowFocus: false,
  });
  return (
    <Loaded query={preview} rows={8}>
      {(data) => (
        <>
          <Card title={t("reading")}>
            <ReadingFields
              preview={data}
              onChange={(part) => setReading({ ...reading, ...part })}
            />
          </Card>
          <Settings key={readingOf(data)} id={id} preview={data} onStarted={onStarted} />
        </>
      )}
    </Loaded>
  );
}

const readingOf = ({ encoding, delimiter, hasHeader }: Preview) =>
  `${encoding} ${delimiter} ${hasHeader}`;

function ReadingFields({
  preview,
  onChange,
}: {
  preview: Preview;
  onChange: (part: Reading) => void;
}) {
  const delimiters: { value: Delimiter; label: string }[] = [
    { value: ",", label: t("comma") },
    { value: ";", label: t("semicolon") },
    { value: "\t", label: t("tab") },
    { value: "|", label: t("pipe") },
  ];
  return (
    <div class="grid items-end gap-4 sm:grid-cols-3">
      <SelectField
        label={t("encoding")}
        value={preview.encoding}
        options={encodings.map((value) => ({ value, label: value.toUpperCase() }))}
        onChange={(value) => onChange({ encoding: value as Encoding })}
      />
      <SelectField
        label={t("delimiter")}
        value={preview.delimiter}
        options={delimiters}
        onChange={(value) => onChange({ delimiter: value as Delimiter })}
      />
      <Checkbox
        label={t("hasHeader")}
        checked={preview.hasHeader}
        onChange={(hasHeader) => onChange({ hasHeader })}
      />
    </div>
  );
}

/** What the person has chosen so far. */
type Draft = {
  mapping: Guess[];
  into: "contacts" | "suppressions";
  choices: StatusChoices;
  onDuplicate: "update" | "skip";
  listIds: number[];
  tags: string;
  agreed: Agreed;
  consentStatement: string;
};
type Part = { draft: Draft; onChange: (part: Partial<Draft>) => void };

function Settings({
  id,
  preview,
  onStarted,
}: {
  id: number;
  preview: Preview;
  onStarted: () => void;
}) {
  const workspace = useWorkspace();
  const url = useUrlState();
  const [draft, setDraft] = useState<Draft>({
    mapping: preview.guesses,
    into: url.get("into") === "suppressions" ? "suppressions" : "contacts",
    choices: NOTHING_DECIDED,
    onDuplicate: "update",
    listIds: [],
    tags: "",
    agreed: undefined,
    consentStatement: "",
  });
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
  const asked = useStatusCheck(id, readingOf(preview), draft.mapping);
  const isContacts = draft.into === "contacts";
  const isLooking = isContacts && (asked.isStale || asked.check?.state === "running");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const start = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await ask(workspace.call.imports({ id }).start.post(orderOf(draft, asked.check)));
      onStarted();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  const part = { draft, onChange: change };
  return (
    <>
      {preview.preset !== null && <PresetNotice preset={preview.preset} />}
      <Card flush title={t("columns")} description={t("columnsHint")}>
        <ColumnMapping mapping={draft.mapping} onChange={(mapping) => change({ mapping })} />
      </Card>
      <Into {...part} />
      {isContacts && <ForContacts {...part} asked={asked} />}
      <Notice tone="neutral">{t("suppressedStay")}</Notice>
      <FormProblem problem={problem} />
      <StartButton
        open={openIn(draft, asked.check)}
        busy={busy}
        isLooking={isLooking}
        onClick={start}
      />
    </>
  );
}

function orderOf(draft: Draft, check: Check | undefined) {
  const { mapping, choices, tags, agreed, consentStatement, ...rest } = draft;
  return {
    ...rest,
    mapping: mapping.map(columnOf),
    ...(mustAgree(draft, check) && agreed !== undefined ? { agreed } : {}),
    consentStatement: agreed === true ? consentStatement : "",
    tags: tags.split(",").flatMap((name) => name.trim() || []),
    statusDecisions: choices.decisions,
    ignoredColumns: choices.ignoredColumns,
    wholeFileIgnored: choices.wholeFileIgnored,
  };
}

/** False when nobody can be emailed because of the file. */
const mustAgree = ({ into, choices }: Draft, check: Check | undefined): boolean =>
  into === "contacts" && !(check !== undefined && isRefused(check, choices));

/** The number of questions that must be answered before the import can start. */
function openIn(draft: Draft, check: Check | undefined): number {
  const asked =
    draft.into === "contacts" && check !== undefined ? openQuestions(check, draft.choices) : 0;
  return asked + Number(mustAgree(draft, check) && draft.agreed === undefined);
}

function Into({ draft, onChange }: Part) {
  return (
    <Card title={t("into")}>
      <ChoiceCards
        label={t("into")}
        value={draft.into}
        onChange={(into) => onChange({ into })}
        options={[
          { value: "contacts", label: t("intoContacts"), hint: t("intoContactsHint") },
          {
            value: "suppressions",
            label: t("intoSuppressions"),
            hint: t("intoSuppressionsHint"),
          },
        ]}
      />
    </Card>
  );
}

/** The choices for people who become contacts. */
function ForContacts({
  draft,
  onChange,
  asked,
}: Part & { asked: ReturnType<typeof useStatusCheck> }) {
  const { mapping, choices, listIds } = draft;
  const { check, isStale } = asked;
  const isAsked = mustAgree(draft, check);
  const becomesStatus = (column: number) =>
    onChange({
      mapping: mapping.map((one) => (one.column === column ? { ...one, target: "status" } : one)),
    });
  const statement = {
    value: draft.consentStatement,
    onChange: (consentStatement: string) => onChange({ consentStatement }),
  };
  return (
    <>
      <StatusCheck
        check={isStale ? undefined : check}
        value={choices}
        onChange={(next) => onChange({ choices: next })}
        problem={asked.problem}
        isRetrying={asked.isRetrying}
        onRetry={asked.retry}
      />
      {!isStale && check?.state === "done" && isAsked && (
        <OtherColumns columns={check.otherColumns} onStatus={becomesStatus} />
      )}
      <Duplicates value={draft.onDuplicate} onChange={(onDuplicate) => onChange({ onDuplicate })} />
      <Lists chosen={listIds} onChange={(ids) => onChange({ listIds: ids })} />
      {hasUnconfirmed(check, choices) && (
        <Notice tone="neutral">
          {listIds.length > 0 ? t("unconfirmedInList") : t("unconfirmedRefused")}
        </Notice>
      )}
      <Tags value={draft.tags} onChange={(tags) => onChange({ tags })} />
      {isAsked && (
        <Agreement
          value={draft.agreed}
          onChange={(agreed) => onChange({ agreed })}
          statement={listIds.length > 0 ? statement : undefined}
        />
      )}
    </>
  );
}

function StartButton({
  open,
  isLooking,
  ...button
}: {
  /** The number of unanswered questions. */
  open: number;
  isLooking: boolean;
  busy: boolean;
  onClick: () => void;
}) {
  return (
    <div class="flex flex-wrap items-center gap-3">
      <Button {...button} variant="primary" size="large" disabled={isLooking || open > 0}>
        {t("start")}
      </Button>
      {open > 0 && <p class="text-sm text-muted">{t("startNeedsAnswers", { count: open })}</p>}
    </div>
  );
}

const NOTHING_DECIDED: StatusChoices = {
  decisions: [],
  ignoredColumns: [],
  wholeFileIgnored: false,
};

const hasUnconfirmed = (check: Check | undefined, { decisions }: StatusChoices) =>
  decisions.some(({ meaning }) => meaning === "unconfirmed") ||
  (check?.columns ?? []).some(({ values, others }) =>
    [...values, ...others].some(({ says }) => says === "unconfirmed"),
  );

type Choice<V> = { value: V; onChange: (value: V) => void };

function Duplicates(choice: Choice<"update" | "skip">) {
  return (
    <Card title={t("onDuplicate")}>
      <ChoiceCards
        {...choice}
        label={t("onDuplicate")}
        options={[
          { value: "update", label: t("update"), hint: t("updateHint") },
          { value: "skip", label: t("keep"), hint: t("keepHint") },
        ]}
      />
    </Card>
  );
}

function Tags({ value, onChange }: Choice<string>) {
  return (
    <Card title={t("tagsTitle")}>
      <TextField
        label={t("tagsLabel")}
        hint={t("tagsHint")}
        value={value}
        onInput={onChange}
        optional
      />
    </Card>
  );
}

const products = {
  swiftmail: "SwiftMail",
  mailchimp: "Mailchimp",
  brevo: "Brevo",
  sendy: "Sendy",
  listmonk: "listmonk",
  keila: "Keila",
  klaviyo: "Klaviyo",
  hubspot: "HubSpot",
  substack: "Substack",
  mailerlite: "MailerLite",
  campaignmonitor: "Campaign Monitor",
  cleverreach: "CleverReach",
  mautic: "Mautic",
  shopify: "Shopify",
  beehiiv: "beehiiv",
  google: "Google Contacts",
  outlook: "Outlook",
};

function PresetNotice({ preset }: { preset: NonNullable<Preview["preset"]> }) {
  return (
    <Notice
      tone="neutral"
      // Only a SwiftMail export can be recognized by all its columns; other products share some column names.
      title={t(preset.name === "swiftmail" ? "preset" : "presetLike", {
        product: products[preset.name],
      })}
    >
      {t(preset.name === "swiftmail" ? "presetOwn" : "presetHint")}
    </Notice>
  );
}

function columnOf({ column, target, key, suggestion }: Guess) {
  if (target === "newField") {
    return { column, target, label: suggestion?.label ?? "", type: suggestion?.type ?? "text" };
  }
  const hasKey = target === "field" || target === "own";
  return { column, target, ...(hasKey && key !== undefined ? { key } : {}) };
}

function Lists({ chosen, onChange }: { chosen: number[]; onChange: (ids: number[]) => void }) {
  const workspace = useWorkspace();
  const lists = useChoices(workspace, "lists");
  const items = lists.data?.items ?? [];
  return items.length === 0 ? null : (
    <Card title={t("addToLists")}>
      <div class="grid gap-2 sm:grid-cols-2">
        {items.map((list) => (
          <Checkbox
            key={list.id}
            label={list.name}
            checked={chosen.includes(list.id)}
            onChange={(on) =>
              onChange(on ? [...chosen, list.id] : chosen.filter((id) => id !== list.id))
            }
          />
        ))}
      </div>
    </Card>
  );
}
