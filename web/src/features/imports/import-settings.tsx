import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { ask } from "../../api.ts";
import { useChoices } from "../../choices.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/display.tsx";
import { SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { Checkbox, ChoiceCards } from "../../ui/toggles.tsx";
import { useUrlState } from "../../ui/url-state.ts";
import { ColumnMapping } from "./column-mapping.tsx";
import { t } from "./imports.messages.ts";
import { openQuestions, StatusCheck, useStatusCheck } from "./status-check.tsx";
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
  const [mapping, setMapping] = useState<Guess[]>(preview.guesses);
  const [onDuplicate, setOnDuplicate] = useState<"update" | "skip">("update");
  const [listIds, setListIds] = useState<number[]>([]);
  const [consentStatement, setConsentStatement] = useState("");
  const [tags, setTags] = useState("");
  const [into, setInto] = useState<"contacts" | "suppressions">(
    useUrlState().get("into") === "suppressions" ? "suppressions" : "contacts",
  );
  const [choices, setChoices] = useState<StatusChoices>(NOTHING_DECIDED);
  const { check, isStale, ...asking } = useStatusCheck(id, readingOf(preview), mapping);
  const isLooking = into === "contacts" && (isStale || check?.state === "running");
  const open = into === "contacts" && check !== undefined ? openQuestions(check, choices) : 0;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const start = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      const order = {
        mapping: mapping.map(columnOf),
        onDuplicate,
        listIds,
        consentStatement,
        into,
        tags: tags.split(",").flatMap((name) => name.trim() || []),
        statusDecisions: choices.decisions,
        ignoredColumns: choices.ignoredColumns,
        wholeFileIgnored: choices.wholeFileIgnored,
      };
      await ask(workspace.call.imports({ id }).start.post(order));
      onStarted();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return (
    <>
      {preview.preset !== null && <PresetNotice preset={preview.preset} />}
      <Card flush title={t("columns")} description={t("columnsHint")}>
        <ColumnMapping mapping={mapping} onChange={setMapping} />
      </Card>
      <Card title={t("into")}>
        <ChoiceCards
          label={t("into")}
          value={into}
          onChange={setInto}
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
      {into === "contacts" && (
        <>
          <StatusCheck
            check={isStale ? undefined : check}
            value={choices}
            onChange={setChoices}
            problem={asking.problem}
            isRetrying={asking.isRetrying}
            onRetry={asking.retry}
          />
          <Duplicates value={onDuplicate} onChange={setOnDuplicate} />
          <Lists chosen={listIds} onChange={setListIds} />
          {hasUnconfirmed(check, choices) && (
            <Notice tone="neutral">
              {listIds.length > 0 ? t("unconfirmedInList") : t("unconfirmedRefused")}
            </Notice>
          )}
          <Tags value={tags} onChange={setTags} />
          {listIds.length > 0 && (
            <Consent value={consentStatement} onChange={setConsentStatement} />
          )}
        </>
      )}
      <Notice tone="neutral">{t("suppressedStay")}</Notice>
      <FormProblem problem={problem} />
      <StartButton open={open} busy={busy} isLooking={isLooking} onClick={start} />
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

function Consent({ value, onChange }: Choice<string>) {
  return (
    <Card title={t("consentTitle")}>
      <TextArea
        label={t("consentStatement")}
        hint={t("consentHint")}
        value={value}
        onInput={onChange}
        rows={2}
        maxLength={2_000}
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
      // Only our own export can be recognised by all its columns; other products share some names.
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
