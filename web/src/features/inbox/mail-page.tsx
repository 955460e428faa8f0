import { useQuery } from "@tanstack/preact-query";
import { Download, Trash2 } from "lucide-preact";
import type { ComponentChildren, ComponentProps } from "preact";
import { useLocation } from "preact-iso";
import { queryClient } from "../../session.ts";
import { Button, ButtonLink } from "../../ui/button.tsx";
import { Card, Facts } from "../../ui/display.tsx";
import { PageBody, PageHeader } from "../../ui/page.tsx";
import { Loaded } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./inbox.messages.ts";
import { Attachments, MailView } from "./mail-view.tsx";

type Shown = ComponentProps<typeof MailView>["mail"] &
  ComponentProps<typeof Attachments>["mail"] & { id: number; subject: string };

/**
 * One message with what is known about it, its attachments and its body. People with permission to change it can delete
 * it.
 */
export function MailPage<M extends Shown>({
  id,
  queryKey,
  back,
  rawUrl,
  read,
  remove,
  factsOf,
  fromOutside = false,
}: {
  id: number;
  /** The list that contains the message. */
  queryKey: string[];
  back: { label: string; href: string };
  rawUrl: string;
  read: () => Promise<M>;
  remove: (() => Promise<unknown>) | undefined;
  factsOf: (mail: M) => [string, ComponentChildren][];
  fromOutside?: boolean;
}) {
  const { route } = useLocation();
  const query = useQuery({
    queryKey: ["mail", ...queryKey, id],
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
                <Facts items={factsOf(mail)} />
                <Attachments mail={mail} />
              </Card>
              <MailView key={mail.id} mail={mail} fromOutside={fromOutside} />
            </>
          )}
        </Loaded>
      </PageBody>
    </>
  );
}
