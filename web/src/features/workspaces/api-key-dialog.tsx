import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api, ask } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { CopyField } from "../../ui/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import { t } from "./workspaces.messages.ts";

/** Creates a key and shows it once. */
export function ApiKeyDialog({ onClose }: { onClose: () => void }) {
  const { id: workspaceId } = useWorkspace();
  const [key, setKey] = useState<string>();
  const form = useForm({
    initial: { name: "", scopes: [] as string[] },
    submit: async (values) => {
      const made = await ask(api.workspaces({ workspaceId })["api-keys"].post(values));
      await queryClient.invalidateQueries({ queryKey: ["api-keys", workspaceId] });
      setKey(made.key);
    },
  });
  if (key !== undefined) {
    return (
      <Dialog
        title={t("keyReady")}
        onClose={onClose}
        footer={
          <Button variant="primary" onClick={onClose}>
            {t("done")}
          </Button>
        }
      >
        <div class="flex flex-col gap-4">
          <Notice tone="warning">{t("keyReadyBody")}</Notice>
          <CopyField label={t("key")} value={key} />
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t("newKey")}
      description={t("keysBody")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" form="api-key" variant="primary" busy={form.busy}>
            {t("createKey")}
          </Button>
        </>
      }
    >
      <form id="api-key" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("name")} label={t("name")} hint={t("keyNameHint")} autofocus />
        <Scopes
          workspaceId={workspaceId}
          chosen={form.values.scopes}
          error={form.errorOf("scopes")}
          onChange={(scopes) => form.set("scopes", scopes)}
        />
      </form>
    </Dialog>
  );
}

function Scopes({
  workspaceId,
  chosen,
  error,
  onChange,
}: {
  workspaceId: string;
  chosen: string[];
  error: string | undefined;
  onChange: (scopes: string[]) => void;
}) {
  const query = useQuery({
    queryKey: ["scopes", workspaceId],
    queryFn: () => ask(api.workspaces({ workspaceId })["api-keys"].scopes.get()),
  });
  return (
    <Loaded query={query}>
      {({ items }) => (
        <fieldset>
          <legend class="mb-1.5 text-sm font-medium">{t("permissions")}</legend>
          <div class="mb-2 flex gap-2">
            <Button size="small" onClick={() => onChange(items)}>
              {t("all")}
            </Button>
            <Button size="small" onClick={() => onChange([])}>
              {t("none")}
            </Button>
          </div>
          <div class="grid gap-2 sm:grid-cols-2">
            {items.map((scope) => (
              <Checkbox
                key={scope}
                label={scope}
                checked={chosen.includes(scope)}
                onChange={(on) =>
                  onChange(on ? [...chosen, scope] : chosen.filter((one) => one !== scope))
                }
              />
            ))}
          </div>
          {error !== undefined && <p class="mt-2 text-sm text-error">{error}</p>}
        </fieldset>
      )}
    </Loaded>
  );
}
