import { useState } from "preact/hooks";
import { useLocation, useRoute } from "preact-iso";
import { ask } from "../../api.ts";
import type { Problem } from "../../problem.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { fieldError, useForm } from "../../ui/form.ts";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { FormProblem, Loaded } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { changeNode, draftOf, newGroup, nodeAt, ruleOf } from "./rule-draft.ts";
import { RuleGroup } from "./rule-group.tsx";
import { RulePreview, useRulePreview } from "./rule-preview.tsx";
import { t } from "./segments.messages.ts";
import { type Choices, type Segment, useRuleChoices, useSegment } from "./use-segments.ts";

/** Edits a rule with conditions and nested groups, beside a preview of the matching contacts. */
export function SegmentBuilderPage() {
  const workspace = useWorkspace();
  const id = useRoute().params["segmentId"];
  const segment = useSegment(workspace, id === undefined ? undefined : Number(id));
  const choices = useRuleChoices(workspace);
  const data =
    choices.data !== undefined && (id === undefined || segment.data !== undefined)
      ? { choices: choices.data, segment: segment.data }
      : undefined;
  const query = {
    data,
    error: choices.error ?? (id === undefined ? null : segment.error),
    refetch: () => {
      void choices.refetch();
      void segment.refetch();
    },
  };
  return (
    <>
      <PageHeader
        title={id === undefined ? t("newSegment") : (segment.data?.name ?? t("editSegment"))}
        trail={[
          { label: t("contacts"), href: `${workspace.base}/contacts` },
          { label: t("segments"), href: `${workspace.base}/contacts/segments` },
        ]}
      />
      <PageBody>
        <Loaded query={query} rows={6}>
          {(loaded) => <Builder key={id ?? "new"} {...loaded} />}
        </Loaded>
      </PageBody>
    </>
  );
}

function Builder({ choices, segment }: { choices: Choices; segment: Segment | undefined }) {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const [draft, setDraft] = useState(() =>
    segment === undefined ? newGroup() : draftOf(segment.rule),
  );
  const built = ruleOf(draft);
  const { query, problem, isEmpty } = useRulePreview(built?.rule);
  const problems = built === undefined ? new Map() : problemsByNode(built.paths, problem);
  const list = `${workspace.base}/contacts/segments`;
  const form = useForm({
    initial: { name: segment?.name ?? "", description: segment?.description ?? "" },
    submit: async (values) => {
      if (built === undefined) {
        return;
      }
      const { segments } = workspace.call;
      const body = { ...values, rule: built.rule };
      const saved = await (segment === undefined
        ? ask(segments.post(body))
        : ask(segments({ id: segment.id }).patch(body)));
      toast(t("saved"));
      await queryClient.invalidateQueries({ queryKey: ["segments"] });
      await queryClient.invalidateQueries({ queryKey: ["segment"] });
      await queryClient.invalidateQueries({ queryKey: ["segment-members"] });
      route(`${list}/${saved.id}`);
    },
  });
  return (
    <form
      class="grid items-start gap-6 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]"
      onSubmit={form.onSubmit}
      noValidate
    >
      <div class="flex min-w-0 flex-col gap-6">
        <FormProblem problem={form.problem} />
        <div class="grid gap-4 sm:grid-cols-2">
          <TextField {...form.text("name")} label={t("name")} autofocus={segment === undefined} />
          <TextField {...form.text("description")} label={t("description")} optional />
        </div>
        <Card title={t("rule")}>
          {draft.nodes.length === 0 && <p class="mb-3 text-muted">{t("emptyRuleBody")}</p>}
          <RuleGroup
            group={draft}
            depth={1}
            editing={{
              choices,
              problems,
              change: (id, change) => setDraft((old) => changeNode(old, id, change)),
            }}
          />
        </Card>
        {workspace.canEdit && (
          <div class="flex gap-2">
            <Button variant="primary" type="submit" busy={form.busy} disabled={built === undefined}>
              {segment === undefined ? t("create") : t("save")}
            </Button>
            <ButtonLink href={segment === undefined ? list : `${list}/${segment.id}`}>
              {t("cancel")}
            </ButtonLink>
          </div>
        )}
      </div>
      <Card flush>
        {isEmpty ? (
          <p class="p-4 text-muted">{t("emptyRule")}</p>
        ) : (
          <RulePreview data={query.data} problem={problem} isBusy={query.isFetching} />
        )}
      </Card>
    </form>
  );
}

/** The first problem of each node, and how to fix it. */
function problemsByNode(paths: Map<string, number>, problem: Problem | undefined) {
  const found = new Map<number, string>();
  for (const { field } of problem?.fields ?? []) {
    const node = nodeAt(paths, field);
    const sentence = fieldError(problem, field);
    if (node !== undefined && sentence !== undefined && !found.has(node)) {
      found.set(node, sentence);
    }
  }
  return found;
}
