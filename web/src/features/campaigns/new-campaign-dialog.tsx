import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { ChoiceCards } from "../../ui/toggles.tsx";
import { t } from "./campaigns.messages.ts";

type Starters = Answer<WorkspaceApi["template-starters"]["get"]>;
type Starter = Starters["items"][number];
type Templates = Answer<WorkspaceApi["templates"]["get"]>;
type Template = Templates["items"][number];

const BLANK = `<!doctype html>
<html lang="en">
  <body>
    <p>Hello {{ contact.first_name | default: "there" }},</p>
    <p></p>
    <p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>
    <p>{{ workspace.postal_address }}</p>
  </body>
</html>
`;

/** Asks for a name and what to start with, then opens the editor. */
export function NewCampaignDialog({ onClose }: { onClose: () => void }) {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const starters = useQuery({
    queryKey: ["starters", workspace.id],
    queryFn: () => ask(workspace.call["template-starters"].get()),
  });
  const templates = useQuery({
    queryKey: ["templates", workspace.id, "choices"],
    queryFn: () => ask(workspace.call.templates.get({ query: { limit: 50 } })),
  });
  const [start, setStart] = useState("blank");
  const form = useForm({
    initial: { name: "" },
    submit: async ({ name }) => {
      const starter = starters.data?.items.find((one) => `starter:${one.key}` === start);
      const template = templates.data?.items.find((one) => `template:${one.id}` === start);
      const campaign = await ask(
        workspace.call.campaigns.post({ name, ...startingPoint(starter, template) }),
      );
      route(`${workspace.base}/campaigns/${campaign.id}`);
    },
  });
  const options = [
    { value: "blank", label: t("blank"), hint: t("blankHint") },
    ...(starters.data?.items ?? []).map((one) => ({
      value: `starter:${one.key}`,
      label: one.name,
      hint: one.description,
    })),
    ...(templates.data?.items ?? []).map((one) => ({
      value: `template:${one.id}`,
      label: one.name,
      hint: t("yourTemplate"),
    })),
  ];
  return (
    <Dialog
      shape="wide"
      title={t("newCampaign")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="new-campaign" busy={form.busy}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form id="new-campaign" class="flex flex-col gap-5" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("name")} hint={t("nameHint")} autofocus />
        <div class="flex flex-col gap-1.5">
          <span class="text-sm font-medium">{t("startWith")}</span>
          <ChoiceCards label={t("startWith")} value={start} onChange={setStart} options={options} />
        </div>
      </form>
    </Dialog>
  );
}

function startingPoint(starter: Starter | undefined, template: Template | undefined) {
  if (starter !== undefined) {
    return { bodyKind: starter.kind, bodySource: starter.source, subject: starter.subject };
  }
  return template === undefined
    ? { bodyKind: "html" as const, bodySource: BLANK }
    : { templateId: template.id };
}
