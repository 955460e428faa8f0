import { useQuery } from "@tanstack/preact-query";
import { api, ask } from "../../api.ts";
import { causeText } from "../../refusal.ts";
import { useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { confirm } from "../../ui/confirm.tsx";
import { CopyField } from "../../ui/copy.tsx";
import { Facts, RelativeTime } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem, Loaded, Notice } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./webhook.messages.ts";

const kinds = [
  "bounce",
  "delayed",
  "complaint",
  "unsubscribe",
  "delivered",
  "other",
  "unknown",
] as const;

/** The URL for a provider's webhook, and whether events arrive. */
export function RouteWebhook({ routeId }: { routeId: number }) {
  const { id: workspaceId } = useWorkspace();
  const webhook = api.workspaces({ workspaceId }).routes({ id: routeId }).webhook;
  const query = useQuery({
    queryKey: ["webhook", workspaceId, routeId],
    queryFn: () => ask(webhook.get()),
    refetchInterval: 15_000,
  });
  const renew = async () => {
    const sure = await confirm({
      title: t("renewAsk"),
      body: t("renewBody"),
      action: t("renew"),
      danger: true,
    });
    if (sure && (await attempt(() => ask(webhook.renew.post())))) {
      toast(t("renewed"));
      await query.refetch();
    }
  };
  return (
    <Loaded query={query} rows={3}>
      {(data) => (
        <div class="mt-3 flex flex-col gap-4">
          <CopyField label={t("address")} value={data.url} />
          {data.lastFault !== "" && (
            <Notice tone="warning" title={t("refused")}>
              {causeText(data.lastFault, data.lastFaultCause)}
            </Notice>
          )}
          <Facts
            items={[
              [
                t("lastEvent"),
                data.lastEventAt === null ? t("never") : <RelativeTime at={data.lastEventAt} />,
              ],
              [t("events"), eventsOf(data.counts)],
              ...(data.topic === "" ? [] : [[t("topic"), data.topic] as [string, string]]),
            ]}
          />
          {data.needsKey && (
            <KeyForm
              hasKey={data.hasKey}
              store={(key) => ask(webhook.put({ key }))}
              onStored={() => void query.refetch()}
            />
          )}
          <div>
            <Button size="small" onClick={renew}>
              {t("renew")}
            </Button>
          </div>
        </div>
      )}
    </Loaded>
  );
}

function eventsOf(counts: Record<string, number>): string {
  const seen = kinds.filter((kind) => (counts[kind] ?? 0) > 0);
  return seen.length === 0
    ? t("never")
    : seen.map((kind) => t(kind, { count: counts[kind] ?? 0 })).join(", ");
}

function KeyForm({
  hasKey,
  store,
  onStored,
}: {
  hasKey: boolean;
  store: (key: string) => Promise<unknown>;
  onStored: () => void;
}) {
  const form = useForm({
    initial: { key: "" },
    submit: async ({ key }) => {
      await store(key);
      toast(t("stored"));
      onStored();
    },
  });
  return (
    <form class="flex flex-col gap-3" onSubmit={form.onSubmit} noValidate>
      <FormProblem problem={form.problem} />
      <TextField
        {...form.text("key")}
        label={t("key")}
        hint={`${t("keyHint")} ${hasKey ? `${t("keyStored")}.` : t("keyMissing")}`}
      />
      <div>
        <Button type="submit" size="small" busy={form.busy} disabled={!form.dirty}>
          {t("storeKey")}
        </Button>
      </div>
    </form>
  );
}
