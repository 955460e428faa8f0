import { useQuery } from "@tanstack/preact-query";
import { Download, Trash2 } from "lucide-preact";
import { useLocation, useRoute } from "preact-iso";
import { type Answer, api, apiUrl, ask } from "../../api.ts";
import { formatBytes } from "../../format.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card, Facts, RelativeTime } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { Loaded } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./inbox.messages.ts";
import { Attachments, MailView } from "./mail-view.tsx";

type Mail = Answer<ReturnType<typeof api.instance.inbox>["get"]>;

/** One captured message: rendered, as text, and as its source. */
export function InboxMessagePage() {
  const workspace = useWorkspace();
  const id = Number(useRoute().params["messageId"]);
  const one = workspace.call.inbox({ id });
  return (
    <OneMail
      id={id}
      queryKey={["inbox", workspace.id]}
      back={{ label: t("title"), href: `${workspace.base}/inbox` }}
      rawUrl={apiUrl(`${workspace.api}/inbox/${id}/raw`)}
      read={() => ask(one.get())}
      remove={workspace.canEdit ? () => ask(one.delete()) : undefined}
    />
  );
}

/** One message of the instance's own test inbox. */
export function InstanceInboxMessagePage() {
  const id = Number(useRoute().params["instanceMessageId"]);
  const one = api.instance.inbox({ id });
  return (
    <OneMail
      id={id}
      queryKey={["inbox", "instance"]}
      back={{ label: t("instanceInbox"), href: "/instance/inbox" }}
      rawUrl={apiUrl(`/instance/inbox/${id}/raw`)}
      read={() => ask(one.get())}
      remove={() => ask(one.delete())}
    />
  );
}

function OneMail({
  id,
  queryKey,
  back,
  rawUrl,
  read,
  remove,
}: {
  id: number;
  queryKey: string[];
  back: { label: string; href: string };
  rawUrl: string;
  read: () => Promise<Mail>;
  remove: (() => Promise<unknown>) | undefined;
}) {
  const { route } = useLocation();
  const query = useQuery({
    queryKey: ["inbox-message", ...queryKey, id],
    queryFn: read,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const removeAndLeave = () =>
    attempt(async () => {
      await remove?.();
      await queryClient.invalidateQueries({ queryKey });
      toast(t("deleted"));
      route(back.href);
    });
  return (
    <>
      <PageHeader
        title={query.data?.subject || t("noSubject")}
        trail={[back]}
        actions={
          <>
            {remove !== undefined && (
              <Button icon={Trash2} onClick={removeAndLeave}>
                {t("delete")}
              </Button>
            )}
            <ButtonLink href={rawUrl} icon={Download} download>
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
