import { useState } from "preact/hooks";
import { type Answer, ask } from "../../api.ts";
import { causeText } from "../../refusal.ts";
import { useMe } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { t } from "./campaigns.messages.ts";
import type { OneCampaign } from "./use-campaigns.ts";

type Result = Answer<OneCampaign["test-send"]["post"]>["results"][number];

/** Sends the saved draft to a few addresses and shows the server's reply for each. */
export function TestSendDialog({ call, onClose }: { call: OneCampaign; onClose: () => void }) {
  const me = useMe();
  const [results, setResults] = useState<Result[]>();
  const form = useForm({
    initial: { to: me.data?.user.email ?? "" },
    submit: async ({ to }) => {
      const addresses = to.split(/[\s,;]+/).filter((one) => one !== "");
      const answer = await ask(call["test-send"].post({ to: addresses }));
      setResults(answer.results);
    },
  });
  return (
    <Dialog
      title={t("testSend")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("close")}</Button>
          <Button variant="primary" type="submit" form="test-send" busy={form.busy}>
            {t("send")}
          </Button>
        </>
      }
    >
      <form id="test-send" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("to")} label={t("testTo")} hint={t("testToHint")} autofocus />
        {results?.map((one) => (
          <Notice key={one.to} tone={one.accepted ? "success" : "error"} title={one.to}>
            {causeText(one.message, one.cause)}
          </Notice>
        ))}
      </form>
    </Dialog>
  );
}
