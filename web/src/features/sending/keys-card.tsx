import { useState } from "preact/hooks";
import { ask } from "../../api.ts";
import { queryClient, useWorkspace } from "../../session.ts";
import { Button } from "../../ui/button.tsx";
import { Badge, Card } from "../../ui/display.tsx";
import { Notice } from "../../ui/states.tsx";
import { attempt, toast } from "../../ui/toast.tsx";
import type { Domain } from "./domain.ts";
import { t } from "./domains.messages.ts";

const SHORT_BITS = 2048;

/** The active key, a pending one, and old ones until their records can be removed. */
export function KeysCard({ domain }: { domain: Domain }) {
  const workspace = useWorkspace();
  const [busy, setBusy] = useState(false);
  const call = workspace.call.domains({ id: domain.id });
  const next = domain.keys.find(({ state }) => state === "next");
  const run = async (what: () => Promise<unknown>, done: string) => {
    setBusy(true);
    if (await attempt(what)) {
      toast(done);
    }
    setBusy(false);
    await queryClient.invalidateQueries({ queryKey: ["domains"] });
  };
  const remove = (keyId: number) => run(() => ask(call.keys({ keyId }).delete()), t("keyRemoved"));
  return (
    <Card title={t("keys")} description={t("keysAbout")}>
      <div class="flex flex-col gap-4">
        {domain.keyBits < SHORT_BITS && <Notice tone="warning">{t("shortKey")}</Notice>}
        <ul class="divide-y divide-line">
          <KeyRow selector={domain.selector} bits={domain.keyBits} state="signs" />
          {domain.keys.map((key) => (
            <KeyRow
              key={key.id}
              selector={key.selector}
              bits={key.keyBits}
              state={key.state}
              {...(workspace.canAdmin ? { onRemove: () => void remove(key.id) } : {})}
            />
          ))}
        </ul>
        {workspace.canAdmin && next === undefined && (
          <div>
            <Button
              busy={busy}
              onClick={() => run(() => ask(call.rotation.post({})), t("rotationStarted"))}
            >
              {t("rotate")}
            </Button>
          </div>
        )}
        {workspace.canAdmin && next !== undefined && (
          <Notice title={t("nextTitle")}>
            <p>{t("nextBody", { selector: next.selector })}</p>
            <div class="mt-3">
              <Button
                busy={busy}
                onClick={() => run(() => ask(call.rotation.finish.post()), t("rotationDone"))}
              >
                {t("finishRotation")}
              </Button>
            </div>
          </Notice>
        )}
      </div>
    </Card>
  );
}

const tones = { signs: "success", next: "info", retired: "neutral" } as const;

function KeyRow({
  selector,
  bits,
  state,
  onRemove,
}: {
  selector: string;
  bits: number;
  state: keyof typeof tones;
  onRemove?: () => void;
}) {
  return (
    <li class="flex min-h-10 items-center gap-3 py-1.5">
      <span class="font-mono text-sm">{selector}</span>
      <span class="flex-1 text-sm text-muted">{t("bits", { bits })}</span>
      <Badge tone={tones[state]}>{t(state)}</Badge>
      {onRemove !== undefined && (
        <Button size="small" variant="ghost" onClick={onRemove}>
          {t("removeKey")}
        </Button>
      )}
    </li>
  );
}
