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
import { KindBadge } from "./received-kind.tsx";

type Mail = Answer<ReturnType<typeof api.instance.received>["get"]>;

/** A bounce, a complaint or a reply of the workspace. */
export function ReceivedMailPage() {
  const { id: workspaceId, base, api: apiBase, canEdit } = useWorkspace();
  const id = Number(useRoute().params["receivedId"]);
  const one = api.workspaces({ workspaceId }).received({ id });
  return (
    <OneMail
      id={id}
      queryKey={["received", workspaceId]}
      back={{ label: t("receivedTitle"), href: `${base}/inbox/received` }}
      rawUrl={apiUrl(`${apiBase}/received/${id}/raw`)}
      read={() => ask(one.get())}
      remove={canEdit ? () => ask(one.delete()) : undefined}
      reportOf={(campaignId, seq) => `${base}/campaigns/${campaignId}/recipients/${seq}`}
    />
  );
}

/** A message to postmaster@ or abuse@ of the instance. */
export function InstanceMailMessagePage() {
  const id = Number(useRoute().params["receivedId"]);
  const one = api.instance.received({ id });
  return (
    <OneMail
      id={id}
      queryKey={["received", "instance"]}
      back={{ label: t("instanceMail"), href: "/instance/mail" }}
      rawUrl={apiUrl(`/instance/received/${id}/raw`)}
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
  reportOf,
}: {
  id: number;
  queryKey: string[];
  back: { label: string; href: string };
  rawUrl: string;
  read: () => Promise<Mail>;
  remove?: (() => Promise<unknown>) | undefined;
  reportOf?: (campaignId: number, seq: number) => string;
}) {
  const { route } = useLocation();
  const query = useQuery({
    queryKey: ["received-mail", ...queryKey, id],
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
                <Facts items={factsOf(mail, reportOf)} />
                <Attachments mail={mail} />
              </Card>
              <MailView key={mail.id} mail={mail} fromOutside />
            </>
          )}
        </Loaded>
      </PageBody>
    </>
  );
}

function factsOf(
  mail: Mail,
  reportOf: ((campaignId: number, seq: number) => string) | undefined,
): [string, preact.ComponentChildren][] {
  const { campaignId, seq } = mail;
  const isNamed = reportOf !== undefined && campaignId !== null && seq !== null;
  return [
    [t("kind"), <KindBadge key="kind" kind={mail.kind} />],
    [t("from"), mail.headerFrom || mail.from || "<>"],
    [t("to"), mail.to],
    ...(mail.said === "" ? [] : [[t("said"), mail.said] as [string, string]]),
    ...(isNamed
      ? [
          [
            t("about"),
            <a key="about" class="link" href={reportOf(campaignId, seq)}>
              {t("aboutMessage")}
            </a>,
          ] as [string, preact.ComponentChildren],
        ]
      : []),
    [t("received"), <RelativeTime key="at" at={mail.receivedAt} />],
    [t("size"), formatBytes(mail.sizeBytes)],
  ];
}
