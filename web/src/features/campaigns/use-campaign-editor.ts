import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { api, ask } from "../../api.ts";
import { asProblem, type Problem } from "../../problem.ts";
import type { Campaign, CampaignContent } from "./use-campaigns.ts";

const SAVE_AFTER_MS = 700;

export type SaveState =
  | { kind: "saved"; at: number | undefined }
  | { kind: "saving" }
  | { kind: "failed"; problem: Problem };

export type CampaignEditor = {
  campaign: Campaign | undefined;
  /** Why the campaign could not be loaded. */
  error: unknown;
  saving: SaveState;
  /** Shows a change at once and saves it 0.7 s after the last one. */
  change: (part: Partial<CampaignContent>) => void;
  /** Saves pending changes now. Resolves with false when saving failed. */
  flush: () => Promise<boolean>;
  reload: () => Promise<void>;
};

/**
 * The state of a campaign being edited. Saves run one after the other, each with the version it is based on, so that
 * two people never overwrite each other unknowingly. The second to save gets a 412 and keeps their text.
 */
export function useCampaignEditor(workspaceId: string, id: number): CampaignEditor {
  const [campaign, setCampaign] = useState<Campaign>();
  const [error, setError] = useState<unknown>();
  const [saving, setSaving] = useState<SaveState>({ kind: "saved", at: undefined });
  const waiting = useRef<Partial<CampaignContent>>({});
  const version = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const running = useRef<Promise<boolean>>(Promise.resolve(true));

  const reload = useCallback(async () => {
    clearTimeout(timer.current);
    waiting.current = {};
    try {
      const fresh = await ask(api.workspaces({ workspaceId }).campaigns({ id }).get());
      version.current = fresh.version;
      setCampaign(fresh);
      setError(undefined);
      setSaving({ kind: "saved", at: undefined });
    } catch (cause) {
      setError(cause);
    }
  }, [workspaceId, id]);

  const saveWaiting = useCallback(async (): Promise<boolean> => {
    const part = waiting.current;
    if (Object.keys(part).length === 0) {
      return true;
    }
    waiting.current = {};
    setSaving({ kind: "saving" });
    try {
      const headers = { "if-match": `"${version.current}"` };
      const call = api.workspaces({ workspaceId }).campaigns({ id });
      const fresh = await ask(call.patch(part, { headers }));
      version.current = fresh.version;
      // Edits made during the request are newer than the server's answer.
      setCampaign({ ...fresh, ...waiting.current });
      setSaving({ kind: "saved", at: Date.now() });
      return true;
    } catch (cause) {
      waiting.current = { ...part, ...waiting.current };
      setSaving({ kind: "failed", problem: asProblem(cause) });
      return false;
    }
  }, [workspaceId, id]);

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    running.current = running.current.then(saveWaiting);
    return running.current;
  }, [saveWaiting]);

  const change = useCallback(
    (part: Partial<CampaignContent>) => {
      waiting.current = { ...waiting.current, ...part };
      setCampaign((now) => (now === undefined ? now : { ...now, ...part }));
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, SAVE_AFTER_MS);
    },
    [flush],
  );

  useEffect(() => {
    void reload();
  }, [reload]);
  useEffect(() => {
    const leaving = (event: BeforeUnloadEvent) => {
      if (Object.keys(waiting.current).length > 0) {
        event.preventDefault();
      }
    };
    addEventListener("beforeunload", leaving);
    return () => {
      removeEventListener("beforeunload", leaving);
      void flush();
    };
  }, [flush]);

  return { campaign, error, saving, change, flush, reload };
}
