import { useQuery } from "@tanstack/preact-query";
import { Download, Trash2 } from "lucide-preact";
import { useLocation, useRoute } from "preact-iso";
import { api, apiUrl, ask } from "../../api.ts";
import { formatBytes } from "../../format.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card, Facts, RelativeTime } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { Loaded } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./inbox.messages.ts";
import { Attachments, MailView } from "./mail-view.tsx";

const readMail = (workspaceId: string, id: number) =>
  ask(api.workspaces({ workspaceId }).inbox({ id }).get());

/** One captured message: as a reader sees it, as text, and as it came over the wire. */
export function InboxMessagePage() {
  const workspace = useWorkspace();
  const { route } = useLocation();
  const id = Number(useRoute().params["messageId"]);
  const query = useQuery({
    queryKey: ["inbox-message", workspace.id, id],
    queryFn: () => readMail(workspace.id, id),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const remove = () =>
    attempt(async () => {
      await ask(api.workspaces({ workspaceId: workspace.id }).inbox({ id }).delete());
      await queryClient.invalidateQueries({ queryKey: ["inbox", workspace.id] });
      toast(t("deleted"));
      route(`${workspace.base}/inbox`);
    });
  return (
    <>
      <PageHeader
        title={query.data?.subject || t("noSubject")}
        trail={[{ label: t("title"), href: `${workspace.base}/inbox` }]}
        actions={
          <>
            {workspace.canEdit && (
              <Button icon={Trash2} onClick={remove}>
                {t("delete")}
              </Button>
            )}
            <ButtonLink href={apiUrl(`${workspace.api}/inbox/${id}/raw`)} icon={Download} download>
              {t("download")}
            </ButtonLink>
          </>
        }
      />
      <PageBody>
        <Loaded query={query}>
          {(mail) => (
            <>
              <Card>
                <Facts
                  items={[
                    [t("from"), mail.from || "<>"],
                    [t("to"), mail.to],
                    [t("received"), <RelativeTime key="at" at={mail.receivedAt} />],
                    [t("size"), formatBytes(mail.sizeBytes)],
                  ]}
                />
                <Attachments mail={mail} />
              </Card>
              <MailView mail={mail} />
            </>
          )}
        </Loaded>
      </PageBody>
    </>
  );
}
