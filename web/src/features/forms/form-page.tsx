import { useQuery } from "@tanstack/preact-query";
import { useEffect, useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { ask } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { CodeBlock, CopyField } from "../../ui/copy.tsx";
import { Card } from "../../ui/display.tsx";
import { TextArea } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import type { FormDocument, FormValues, OneForm } from "./form-document.ts";
import { FormSections } from "./form-sections.tsx";
import { FormTabs } from "./form-tabs.tsx";
import { t } from "./forms.messages.ts";

/** One form: settings and preview. */
export function FormPage() {
  const { params } = useRoute();
  const workspace = useWorkspace();
  const id = Number(params["formId"]);
  const call = workspace.call.forms({ id });
  const form = useQuery({
    queryKey: ["form", workspace.id, id],
    queryFn: () => ask(call.get()),
    refetchOnWindowFocus: false,
  });
  return (
    <Loaded query={form} rows={8}>
      {(data) => <Editor key={data.version} form={data} call={call} onSaved={form.refetch} />}
    </Loaded>
  );
}

function Editor({
  form: saved,
  call,
  onSaved,
}: {
  form: FormDocument;
  call: OneForm;
  onSaved: () => unknown;
}) {
  const workspace = useWorkspace();
  const form = useForm<FormValues>({
    initial: { ...saved.settings, name: saved.name, enabled: saved.enabled },
    within: "settings",
    submit: async ({ name, enabled, ...settings }) => {
      const headers = { "if-match": `"${saved.version}"` };
      await ask(call.patch({ name, enabled, settings }, { headers }));
      toast(t("saved"));
      onSaved();
    },
  });
  return (
    <>
      <PageHeader
        title={saved.name}
        trail={[{ label: t("forms"), href: `${workspace.base}/contacts/forms` }]}
        actions={
          <>
            <ButtonLink href={saved.url} target="_blank">
              {t("open")}
            </ButtonLink>
            {workspace.canEdit && (
              <Button
                variant="primary"
                busy={form.busy}
                disabled={!form.dirty}
                onClick={() => form.onSubmit()}
              >
                {t("save")}
              </Button>
            )}
          </>
        }
      />
      <FormTabs id={saved.id} current="edit" />
      <PageBody>
        <FormProblem problem={form.problem} />
        {saved.problem === "no_list" && (
          <Notice tone="error" title={t("noListTitle")}>
            {t("noListBody")}
          </Notice>
        )}
        <div class="grid items-start gap-6 xl:grid-cols-2">
          <div class="flex min-w-0 flex-col gap-6">
            <FormSections form={form} consentVersion={saved.consentVersion} />
            <Card title={t("embed")} description={t("embedAbout")}>
              <div class="flex flex-col gap-4">
                <CopyField label={t("address")} value={saved.url} />
                <TextArea
                  label={t("origins")}
                  hint={t("originsHint")}
                  value={form.values.origins.join("\n")}
                  onInput={(text) => form.set("origins", text.split("\n"))}
                  rows={2}
                  optional
                />
                <CodeBlock label="HTML" text={saved.snippet} />
              </div>
            </Card>
          </div>
          {workspace.canEdit && <FormPreview values={form.values} />}
        </div>
      </PageBody>
    </>
  );
}

const RENDER_AFTER_MS = 400;

function FormPreview({ values }: { values: FormValues }) {
  const workspace = useWorkspace();
  const [settled, setSettled] = useState(values);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(values), RENDER_AFTER_MS);
    return () => clearTimeout(timer);
  }, [values]);
  const preview = useQuery({
    queryKey: ["form-preview", workspace.id, settled],
    queryFn: () => {
      const { name, enabled: _, ...settings } = settled;
      const body = { name, settings: { ...settings, origins: [] } };
      return ask(workspace.call.forms.preview.post(body));
    },
    placeholderData: (last: { html: string } | undefined) => last,
    retry: false,
  });
  return (
    <Card title={t("preview")} flush class="xl:sticky xl:top-4">
      <Loaded query={preview} rows={8}>
        {({ html }) => (
          <iframe
            title={t("preview")}
            sandbox=""
            srcdoc={html}
            class="block h-[640px] w-full rounded-b-lg bg-white"
          />
        )}
      </Loaded>
    </Card>
  );
}
