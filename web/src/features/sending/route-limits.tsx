import type { ComponentChildren } from "preact";
import { ask, type WorkspaceApi } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/display.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { type Form, useForm } from "../../ui/form.ts";
import { FormProblem } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import type { Route } from "./route.ts";
import { t } from "./routes.messages.ts";
import { t as s } from "./sending.messages.ts";

type RouteChange = Parameters<ReturnType<WorkspaceApi["routes"]>["patch"]>[0];

/** Saves part of a sending method and reloads every view of it. */
export function useRouteSave(route: Route) {
  const workspace = useWorkspace();
  const call = workspace.call.routes({ id: route.id });
  return async (body: RouteChange) => {
    await ask(call.patch(body));
    toast(t("saved"));
    await queryClient.invalidateQueries({ queryKey: ["routes"] });
  };
}

/** The frame of a form on the page of a sending method. */
export function FormCard<V extends object>({
  title,
  description,
  form,
  children,
}: {
  title: string;
  description: string;
  form: Form<V>;
  children: ComponentChildren;
}) {
  const workspace = useWorkspace();
  return (
    <Card title={title} description={description}>
      <form class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <fieldset disabled={!workspace.canAdmin} class="flex min-w-0 flex-col gap-4">
          {children}
        </fieldset>
        {workspace.canAdmin && (
          <div>
            <Button type="submit" busy={form.busy} disabled={!form.dirty}>
              {t("save")}
            </Button>
          </div>
        )}
      </form>
    </Card>
  );
}

const textOf = (value: number | null) => (value === null ? "" : String(value));
const numberOf = (text: string) => (text.trim() === "" ? null : Number(text));

/** The limits of a sending method. */
export function LimitsForm({ route }: { route: Route }) {
  const save = useRouteSave(route);
  const form = useForm({
    initial: {
      maxPerSecond: textOf(route.maxPerSecond),
      maxPerDay: textOf(route.maxPerDay),
      maxConnections: String(route.maxConnections),
      maxPerConnection: String(route.maxPerConnection),
      chainDot: route.chainDot,
    },
    submit: ({ maxPerSecond, maxPerDay, maxConnections, maxPerConnection, chainDot }) =>
      save({
        ...(route.kind === "relay" && { chainDot }),
        maxPerSecond: numberOf(maxPerSecond),
        maxPerDay: numberOf(maxPerDay),
        maxConnections: Number(maxConnections),
        maxPerConnection: Number(maxPerConnection),
      }),
  });
  return (
    <FormCard title={t("limits")} description={t("limitsAbout")} form={form}>
      <div class="grid gap-4 sm:grid-cols-2">
        <TextField
          {...form.text("maxPerSecond")}
          label={s("maxPerSecond")}
          hint={s("noCap")}
          optional
        />
        <TextField
          {...form.text("maxPerDay")}
          label={t("maxPerDay")}
          hint={t("noQuota")}
          optional
          inputMode="numeric"
        />
        <TextField
          {...form.text("maxConnections")}
          label={s("maxConnections")}
          inputMode="numeric"
        />
        <TextField
          {...form.text("maxPerConnection")}
          label={s("maxPerConnection")}
          inputMode="numeric"
        />
      </div>
      {route.kind === "relay" && (
        <Checkbox
          label={t("chainDot")}
          hint={t("chainDotHint")}
          checked={form.values.chainDot}
          onChange={(on) => form.set("chainDot", on)}
        />
      )}
    </FormCard>
  );
}

const linesOf = (text: string) => text.split(/\s+/).filter((line) => line !== "");

/** The recipient domains of a sending method. */
export function DomainsForm({ route }: { route: Route }) {
  const save = useRouteSave(route);
  const form = useForm({
    initial: {
      allowDomains: route.allowDomains.join("\n"),
      denyDomains: route.denyDomains.join("\n"),
    },
    submit: ({ allowDomains, denyDomains }) =>
      save({ allowDomains: linesOf(allowDomains), denyDomains: linesOf(denyDomains) }),
  });
  return (
    <FormCard title={t("recipients")} description={t("recipientsAbout")} form={form}>
      <div class="grid gap-4 sm:grid-cols-2">
        <TextArea
          {...form.text("allowDomains")}
          label={t("allowDomains")}
          hint={t("allowHint")}
          optional
          mono
        />
        <TextArea {...form.text("denyDomains")} label={t("denyDomains")} optional mono />
      </div>
    </FormCard>
  );
}
