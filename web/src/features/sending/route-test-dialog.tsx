import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { causeText } from "../../refusal.ts";
import { useMe, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SelectField, TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem, Notice } from "../../ui/states.tsx";
import type { Route } from "./route.ts";
import { t } from "./routes.messages.ts";

type Outcome = Answer<ReturnType<WorkspaceApi["routes"]>["test"]["post"]>;

/** Sends a test message and shows the server's reply. */
export function RouteTestDialog({ route, onClose }: { route: Route; onClose: () => void }) {
  const workspace = useWorkspace();
  const me = useMe().data;
  const [outcome, setOutcome] = useState<Outcome>();
  const own = workspace.call;
  const senders = useQuery({
    queryKey: ["senders", workspace.id],
    queryFn: () => ask(own.senders.get()),
  });
  const items = senders.data?.items ?? [];
  const form = useForm({
    initial: { to: me?.user.email ?? "", senderId: "" },
    submit: async ({ to, senderId }) => {
      setOutcome(undefined);
      const body = { to, senderId: Number(senderId || items[0]?.id) };
      setOutcome(await ask(own.routes({ id: route.id }).test.post(body)));
    },
  });
  return (
    <Dialog
      title={t("testMessage")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            variant="primary"
            type="submit"
            form="route-test"
            busy={form.busy}
            disabled={items.length === 0}
          >
            {t("send")}
          </Button>
        </>
      }
    >
      <form id="route-test" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        {senders.data !== undefined && items.length === 0 && (
          <Notice tone="warning">{t("noSenders")}</Notice>
        )}
        <SelectField
          {...form.choice("senderId")}
          value={form.values.senderId || String(items[0]?.id ?? "")}
          label={t("testFrom")}
          options={items.map((one) => ({
            value: String(one.id),
            label: `${one.name} <${one.email}>`,
          }))}
        />
        <TextField {...form.text("to")} label={t("testTo")} type="email" />
        {outcome !== undefined && (
          <Notice
            tone={outcome.accepted ? "success" : "error"}
            title={outcome.accepted ? t("testAccepted") : t("testRefused")}
          >
            {causeText(outcome.message, outcome.cause)}
          </Notice>
        )}
      </form>
    </Dialog>
  );
}
