import { useQuery } from "@tanstack/preact-query";
import { useEffect, useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { useWorkspace } from "../../session.ts";
import { templateProblem } from "../../template-problem.ts";
import { Button } from "../../ui/button.tsx";
import { CodeEditor } from "../../ui/code-editor.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { Segmented } from "../../ui/toggles.tsx";
import { t } from "./templates.messages.ts";

type Templates = WorkspaceApi["templates"];
type OneTemplate = ReturnType<Templates>;
type Template = Answer<OneTemplate["get"]>;
type Kind = Template["kind"];
type Compiled = Answer<Templates["compile"]["post"]>;

/** One template: its source beside a preview. */
export function TemplatePage() {
  const { params } = useRoute();
  const workspace = useWorkspace();
  const id = Number(params["templateId"]);
  const call = workspace.call.templates({ id });
  const template = useQuery({
    queryKey: ["template", workspace.id, id],
    queryFn: () => ask(call.get()),
    refetchOnWindowFocus: false,
  });
  return (
    <Loaded query={template} rows={8}>
      {(data) => (
        <Editor key={data.version} template={data} call={call} onSaved={template.refetch} />
      )}
    </Loaded>
  );
}

function Editor({
  template,
  call,
  onSaved,
}: {
  template: Template;
  call: OneTemplate;
  onSaved: () => unknown;
}) {
  const workspace = useWorkspace();
  const form = useForm({
    initial: {
      name: template.name,
      subject: template.subject,
      kind: template.kind,
      source: template.source,
    },
    submit: async (values) => {
      await ask(call.patch(values, { headers: { "if-match": `"${template.version}"` } }));
      toast(t("saved"));
      onSaved();
    },
  });
  const { values } = form;
  return (
    <>
      <PageHeader
        title={template.name}
        trail={[{ label: t("templates"), href: `${workspace.base}/templates` }]}
        actions={
          workspace.canEdit && (
            <Button
              variant="primary"
              busy={form.busy}
              disabled={!form.dirty}
              onClick={() => form.onSubmit()}
            >
              {t("save")}
            </Button>
          )
        }
      />
      <PageBody>
        <FormProblem problem={form.problem} />
        <div class="grid gap-6 xl:grid-cols-2">
          <div class="flex min-w-0 flex-col gap-4">
            <TextField {...form.text("name")} label={t("name")} />
            <TextField {...form.text("subject")} label={t("subject")} optional />
            <Segmented<Kind>
              label={t("kind")}
              value={values.kind}
              onChange={(kind) => form.set("kind", kind)}
              options={[
                { value: "html", label: "HTML" },
                { value: "mjml", label: "MJML" },
              ]}
            />
            <CodeEditor
              label={t("source")}
              value={values.source}
              readOnly={!workspace.canEdit}
              onInput={(source) => form.set("source", source)}
            />
          </div>
          <TemplatePreview kind={values.kind} source={values.source} />
        </div>
      </PageBody>
    </>
  );
}

const COMPILE_AFTER_MS = 500;

function TemplatePreview({ kind, source }: { kind: Kind; source: string }) {
  const workspace = useWorkspace();
  const [view, setView] = useState<"desktop" | "phone" | "text">("desktop");
  const [settled, setSettled] = useState({ kind, source });
  useEffect(() => {
    const timer = setTimeout(() => setSettled({ kind, source }), COMPILE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [kind, source]);
  const compiled = useQuery({
    queryKey: ["compiled", workspace.id, settled],
    queryFn: () => ask(workspace.call.templates.compile.post(settled)),
    placeholderData: (last: Compiled | undefined) => last,
  });
  return (
    <div class="flex min-w-0 flex-col gap-3">
      <Segmented
        label={t("preview")}
        value={view}
        onChange={setView}
        options={[
          { value: "desktop", label: t("desktop") },
          { value: "phone", label: t("phone") },
          { value: "text", label: t("text") },
        ]}
      />
      <Loaded query={compiled} rows={8}>
        {(data) => (
          <>
            {data.problems.map((one) => (
              <Notice key={`${one.line} ${one.message}`} tone={one.severity}>
                {templateProblem(one)}
              </Notice>
            ))}
            {view === "text" ? (
              <pre
                // biome-ignore lint/a11y/noNoninteractiveTabindex: an area that scrolls must be reachable by keyboard
                tabIndex={0}
                class="card h-[680px] overflow-auto p-4 font-mono text-xs leading-5 whitespace-pre-wrap"
              >
                {data.text}
              </pre>
            ) : (
              <iframe
                title={t("preview")}
                sandbox=""
                srcdoc={data.html}
                class={`mx-auto block h-[680px] rounded-lg border border-line bg-white ${view === "phone" ? "w-[375px] max-w-full" : "w-full"}`}
              />
            )}
          </>
        )}
      </Loaded>
    </div>
  );
}
