import { useState } from "preact/hooks";
import { type Answer, http, type WorkspaceApi } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { Loaded } from "../../ui/states.tsx";
import { Pager } from "../../ui/table.tsx";
import { attempt } from "../../ui/toast.tsx";
import { Checkbox } from "../../ui/toggles.tsx";
import { usePages } from "../../ui/use-pages.ts";
import { t } from "./suppressions.messages.ts";

type Blocked = Answer<WorkspaceApi["suppressions"]["domains"]["get"]>["items"][number];

/** Domains at which nobody is mailed. */
export function BlockedDomains() {
  const workspace = useWorkspace();
  const path = `${workspace.api}/suppressions/domains`;
  const { query, pager } = usePages<Blocked>({
    key: ["blocked-domains", workspace.id],
    read: (cursor, signal) => http.get(path, { ...cursor }, signal),
  });
  return (
    <Card title={t("domains")} description={t("domainsHint")}>
      <div class="flex flex-col gap-4">
        {workspace.canEdit && <AddDomain path={path} />}
        <Loaded query={query} rows={2}>
          {(items) =>
            items.length === 0 ? (
              <p class="text-muted">{t("noDomains")}</p>
            ) : (
              <>
                <ul class="flex flex-col gap-2">
                  {items.map((one) => (
                    <li key={one.domain}>
                      {one.domain}
                      {one.subdomains && <span class="text-muted"> {t("withSubdomains")}</span>}
                    </li>
                  ))}
                </ul>
                {pager.hasMore && <Pager {...pager} />}
              </>
            )
          }
        </Loaded>
      </div>
    </Card>
  );
}

function AddDomain({ path }: { path: string }) {
  const [domain, setDomain] = useState("");
  const [subdomains, setSubdomains] = useState(false);
  const add = async (event: Event) => {
    event.preventDefault();
    if (await attempt(() => http.post(path, { domain, subdomains }))) {
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
