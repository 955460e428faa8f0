import { useState } from "preact/hooks";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Card } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.ts";
import { FormProblem, Loaded } from "../../ui/states.tsx";
import { Pager } from "../../ui/table.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import { usePages } from "../../ui/use-pages.ts";
import { t } from "./suppressions.messages.ts";

type DomainsApi = WorkspaceApi["suppressions"]["domains"];
type Blocked = Answer<DomainsApi["get"]>["items"][number];

/** Domains that are never mailed. */
export function BlockedDomains() {
  const workspace = useWorkspace();
  const { canEdit } = workspace;
  const call = workspace.call.suppressions.domains;
  const [lifting, setLifting] = useState<string>();
  const { query, pager } = usePages<Blocked>({
    key: ["blocked-domains", workspace.id],
    read: (cursor, signal) => ask(call.get({ query: cursor, fetch: { signal } })),
  });
  return (
    <Card title={t("domains")} description={t("domainsHint")}>
      <div class="flex flex-col gap-4">
        {canEdit && <AddDomain call={call} />}
        <Loaded query={query} rows={2}>
          {(items) =>
            items.length === 0 ? (
              <p class="text-muted">{t("noDomains")}</p>
            ) : (
              <>
                <ul class="flex flex-col gap-2">
                  {items.map((one) => (
                    <li key={one.domain} class="flex items-center justify-between gap-4">
                      <span class="min-w-0 truncate">
                        {one.domain}
                        {one.subdomains && <span class="text-muted"> {t("withSubdomains")}</span>}
                      </span>
                      {canEdit && (
                        <Button size="small" variant="ghost" onClick={() => setLifting(one.domain)}>
                          {t("unblock")}
                        </Button>
                      )}
                    </li>
                  ))}
                </ul>
                {pager.hasMore && <Pager {...pager} />}
              </>
            )
          }
        </Loaded>
      </div>
      {lifting !== undefined && (
        <UnblockDialog call={call} domain={lifting} onClose={() => setLifting(undefined)} />
      )}
    </Card>
  );
}

function UnblockDialog({
  call,
  domain,
  onClose,
}: {
  call: DomainsApi;
  domain: string;
  onClose: () => void;
}) {
  const form = useForm({
    initial: { reason: "" },
    submit: async ({ reason }) => {
      await ask(call.delete({ domain, reason }));
      toast(t("unblocked"));
      await queryClient.invalidateQueries({ queryKey: ["blocked-domains"] });
      onClose();
    },
  });
  return (
    <Dialog
      title={t("unblockTitle", { domain })}
      description={t("unblockBody")}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button variant="primary" type="submit" form="unblock" busy={form.busy}>
            {t("unblock")}
          </Button>
        </>
      }
    >
      <form id="unblock" class="flex flex-col gap-4" onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <TextField {...form.text("reason")} label={t("why")} autofocus />
      </form>
    </Dialog>
  );
}

function AddDomain({ call }: { call: DomainsApi }) {
  const [domain, setDomain] = useState("");
  const [subdomains, setSubdomains] = useState(false);
  const add = async (event: Event) => {
    event.preventDefault();
    if (await attempt(() => ask(call.post({ domain, subdomains })))) {
      setDomain("");
      await queryClient.invalidateQueries({ queryKey: ["blocked-domains"] });
    }
  };
  return (
    <form class="flex flex-col items-start gap-3" onSubmit={add}>
      <TextField label={t("domain")} value={domain} onInput={setDomain} />
      <Checkbox label={t("withSubdomains")} checked={subdomains} onChange={setSubdomains} />
      <Button type="submit" disabled={domain.trim() === ""}>
        {t("blockDomain")}
      </Button>
    </form>
  );
}
