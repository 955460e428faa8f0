import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { type Answer, ask, type WorkspaceApi } from "../../api.ts";
import { formatNumber } from "../../format.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/display.tsx";
import { TextField } from "../../ui/field.tsx";
import { Loaded, Notice } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import { t } from "./privacy.messages.ts";

type RetentionApi = WorkspaceApi["privacy"]["retention"];
type Retention = Answer<RetentionApi["get"]>;
type Preview = Answer<RetentionApi["preview"]["post"]>;

const names = ["noConsentDays", "engagementDays", "ipDays"] as const;

/** Retention periods, with a preview of what they would delete now. */
export function RetentionCard() {
  const workspace = useWorkspace();
  const call = workspace.call.privacy.retention;
  const retention = useQuery({
    queryKey: ["retention", workspace.id],
    queryFn: () => ask(call.get()),
  });
  return (
    <Card title={t("retention")} description={t("retentionHint")}>
      <Loaded query={retention} rows={3}>
        {(data) => <Fields key={data.updatedAt} call={call} retention={data} />}
      </Loaded>
    </Card>
  );
}

function Fields({ call, retention }: { call: RetentionApi; retention: Retention }) {
  const [days, setDays] = useState(() => names.map((name) => String(retention[name] ?? "")));
  const [preview, setPreview] = useState<Preview>();
  const body = () =>
    Object.fromEntries(
      names.map((name, index) => [name, days[index] ? Number(days[index]) : null]),
    );
  const save = async () => {
    if (await attempt(() => ask(call.patch(body())))) {
      toast(t("saved"));
      await queryClient.invalidateQueries({ queryKey: ["retention"] });
    }
  };
  const look = () => attempt(async () => setPreview(await ask(call.preview.post(body()))));
  return (
    <div class="flex flex-col gap-4">
      <div class="grid max-w-3xl gap-4 sm:grid-cols-3">
        {names.map((name, index) => (
          <TextField
            key={name}
            label={t(name)}
            hint={t(`${name}Hint`)}
            value={days[index] ?? ""}
            onInput={(value) => {
              setDays(days.map((one, at) => (at === index ? value : one)));
              setPreview(undefined);
            }}
            inputMode="numeric"
            placeholder={t("forEver")}
          />
        ))}
      </div>
      {preview !== undefined && (
        <Notice tone="neutral" {...(preview.exact ? {} : { title: t("atLeast") })}>
          {t("previewed", {
            contacts: formatNumber(preview.contacts),
            events: formatNumber(preview.events),
            ips: formatNumber(preview.ips),
          })}
        </Notice>
      )}
      <div class="flex flex-wrap gap-2">
        <Button variant="primary" onClick={save}>
          {t("save")}
        </Button>
        <Button onClick={look}>{t("preview")}</Button>
      </div>
    </div>
  );
}
