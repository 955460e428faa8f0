import { useQuery } from "@tanstack/preact-query";
import { useLocation } from "preact-iso";
import { api, ask } from "../../api.ts";
import { causeText } from "../../refusal.ts";
import { queryClient } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { DnsRecords } from "../../ui/dns-records.tsx";
import { useForm } from "../../ui/form.ts";
import { Loaded, Notice } from "../../ui/states.tsx";
import { attempt } from "../../ui/toast.tsx";
import { t } from "./setup.messages.ts";
import { StepForm } from "./step-form.tsx";
import type { StepProps } from "./use-setup.ts";

/** The DNS records to publish, and the end of the setup. */
export function FinishStep({ state }: StepProps) {
  const { route } = useLocation();
  const dns = useQuery({
    queryKey: ["setup-dns"],
    queryFn: () => ask(api.setup.dns.get()),
  });
  const inboxId = state.answers.testMessage?.inboxId ?? null;
  const end = async (page?: string) => {
    const { workspaceId } = await ask(api.setup.finish.post());
    queryClient.clear();
    route(page ?? `/w/${workspaceId}`, true);
  };
  const form = useForm({ initial: {}, submit: () => end() });
  return (
    <StepForm
      form={form}
      action={t("finish")}
      extra={
        inboxId !== null && (
          <Button size="large" onClick={() => attempt(() => end(`/instance/inbox/${inboxId}`))}>
            {t("finishToMessage")}
          </Button>
        )
      }
    >
      <Loaded query={dns}>
        {({ note, noteCause, records }) => (
          <>
            {note !== "" && <Notice>{causeText(note, noteCause)}</Notice>}
            <DnsRecords records={records} />
          </>
        )}
      </Loaded>
    </StepForm>
  );
}
