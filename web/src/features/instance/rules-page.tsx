import { useQuery } from "@tanstack/preact-query";
import { ListChecks } from "lucide-preact";
import { useState } from "preact/hooks";
import { type Answer, api, ask } from "../../api.ts";
import { formatDuration } from "../../format.ts";
import { causeText } from "../../refusal.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { Badge, Card } from "../../ui/display.tsx";
import { SelectField, TextArea, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { EmptyState, FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { type Column, Table } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import { NewRuleDialog } from "./new-rule-dialog.tsx";
import { t } from "./rules.messages.ts";

const rulesApi = api.instance["limit-rules"];
type Rule = Answer<typeof rulesApi.get>["items"][number];
type Trial = Answer<typeof rulesApi.try.post>;

const stages = ["greeting", "ehlo", "mail", "rcpt", "data", "dot"] as const;

/** The limiter's rules for server replies, in order, and a test of a given reply. */
export function RulesPage() {
  const [adding, setAdding] = useState(false);
  const rules = useQuery({ queryKey: ["limit-rules"], queryFn: () => ask(rulesApi.get()) });
  const refresh = () => void rules.refetch();
  return (
    <>
      <PageHeader
        title={t("rules")}
        description={t("about")}
        trail={[{ label: t("instance"), href: "/instance" }]}
        actions={
          <Button variant="primary" onClick={() => setAdding(true)}>
            {t("addRule")}
          </Button>
        }
      />
      <PageBody>
        <TryReply />
        <Card flush title={t("inOrder")} description={t("inOrderBody")}>
          <Loaded query={rules} rows={8}>
            {(data) => <RuleTable rules={data.items} onChanged={refresh} />}
          </Loaded>
        </Card>
      </PageBody>
      {adding && <NewRuleDialog onClose={() => setAdding(false)} onCreated={refresh} />}
    </>
  );
}

function RuleTable({ rules, onChanged }: { rules: Rule[]; onChanged: () => void }) {
  const change = async (action: () => Promise<unknown>, said: string) => {
    if (await attempt(action)) {
      toast(said);
      onChanged();
    }
  };
  const toggle = ({ key, source: _, ...rule }: Rule) =>
    change(
      () => ask(rulesApi({ key }).put({ ...rule, enabled: !rule.enabled })),
      rule.enabled ? t("switchedOff") : t("switchedOn"),
    );
  const reset = async ({ key, name, source }: Rule) => {
    const isOwn = source === "own";
    const sure = await confirm({
      title: t(isOwn ? "removeAsk" : "resetAsk", { name }),
      body: t(isOwn ? "removeBody" : "resetBody"),
      action: t(isOwn ? "remove" : "reset"),
      danger: isOwn,
    });
    if (sure) {
      await change(() => ask(rulesApi({ key }).delete()), t("saved"));
    }
  };
  const raise = (rule: Rule) => {
    const keys = rules.map(({ key }) => key);
    const at = keys.indexOf(rule.key);
    const moved = keys.toSpliced(at, 1).toSpliced(at - 1, 0, rule.key);
    return change(() => ask(rulesApi.order.put({ keys: moved })), t("saved"));
  };
  if (rules.length === 0) {
    return (
      <EmptyState icon={ListChecks} title={t("none")}>
        {t("noneBody")}
      </EmptyState>
    );
  }
  return (
    <Table
      label={t("rules")}
      rows={rules}
      rowKey={(rule) => rule.key}
      columns={ruleColumns(rules[0]?.key, { toggle, reset, raise })}
    />
  );
}

/** The name of a built-in rule in the reader's language; a name that a person entered stays unchanged. */
function nameOf({ key, name, source }: Rule): string {
  return source === "shipped"
    ? causeText(name, { code: `rule_${key.replaceAll("-", "_")}` })
    : name;
}

type Acts = Record<"toggle" | "reset" | "raise", (rule: Rule) => Promise<void>>;

function ruleColumns(firstKey: string | undefined, { toggle, reset, raise }: Acts): Column<Rule>[] {
  return [
    {
      key: "name",
      head: t("rule"),
      cell: (rule) => (
        <Checkbox
          label={nameOf(rule)}
          checked={rule.enabled}
          onChange={() => toggle(rule)}
          hint={<span class="break-all">{matchInWords(rule)}</span>}
        />
      ),
    },
    { key: "trigger", head: t("fires"), wide: true, cell: (rule) => triggerInWords(rule) },
    {
      key: "does",
      head: t("does"),
      wide: true,
      cell: (rule) => rule.actions.map((action) => t(action.do)).join(", ") || rule.category,
    },
    {
      key: "source",
      head: t("source"),
      wide: true,
      cell: (rule) => (
        <Badge tone={rule.source === "shipped" ? "neutral" : "info"}>{t(rule.source)}</Badge>
      ),
    },
    {
      key: "act",
      head: t("change"),
      align: "end",
      cell: (rule) => (
        <span class="flex justify-end gap-2">
          {firstKey !== rule.key && (
            <Button size="small" onClick={() => raise(rule)}>
              {t("raise")}
            </Button>
          )}
          {rule.source !== "shipped" && (
            <Button size="small" onClick={() => reset(rule)}>
              {t(rule.source === "own" ? "remove" : "reset")}
            </Button>
          )}
        </span>
      ),
    },
  ];
}

function matchInWords({ match }: Rule): string {
  return [match.providers, match.codes, match.enhanced, match.stages]
    .flatMap((list) => (list === undefined ? [] : [list.join(", ")]))
    .concat(match.text === undefined ? [] : [`/${match.text}/`])
    .join(" · ");
}

function triggerInWords({ trigger: { times, withinMs } }: Rule): string {
  return times === 1
    ? t("atOnce")
    : t("timesWithin", { count: times, time: formatDuration(withinMs) });
}

function TryReply() {
  const [trial, setTrial] = useState<Trial>();
  const form = useForm({
    initial: { provider: "google", stage: "rcpt" as (typeof stages)[number], text: "" },
    submit: async (values) => setTrial(await ask(rulesApi.try.post(values))),
  });
  return (
    <Card title={t("tryTitle")} description={t("tryBody")}>
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <div class="grid gap-4 sm:grid-cols-2">
          <TextField {...form.text("provider")} label={t("provider")} hint={t("providerHint")} />
          <SelectField
            {...form.choice("stage")}
            label={t("stage")}
            options={stages.map((value) => ({ value, label: value.toUpperCase() }))}
          />
        </div>
        <TextArea {...form.text("text")} label={t("reply")} rows={3} mono />
        <div>
          <Button type="submit" busy={form.busy} disabled={form.values.text.trim() === ""}>
            {t("try")}
          </Button>
        </div>
        {trial !== undefined && <TrialResult trial={trial} />}
      </form>
    </Card>
  );
}

function TrialResult({ trial }: { trial: Trial }) {
  const { rule, actions, outcome, fires } = trial;
  return (
    <Notice tone="info" title={rule === null ? t("noRuleFits") : t("ruleFits", rule)}>
      <ul class="list-disc pl-5">
        <li>{t("outcome", { state: outcome.state, category: outcome.category })}</li>
        {outcome.dueInMs !== null && (
          <li>{t("again", { time: formatDuration(outcome.dueInMs) })}</li>
        )}
        {outcome.suppresses && <li>{t("suppresses")}</li>}
        {outcome.counts && <li>{t("counts")}</li>}
        {actions.map((action) => (
          <li key={action}>
            {action} ({fires})
          </li>
        ))}
      </ul>
    </Notice>
  );
}
