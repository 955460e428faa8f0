import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Me } from "../session.ts";
import { attempt } from "../ui/toast.tsx";
import { keyboardDialog } from "./palette-state.ts";

/** The palette and the shortcuts dialog. Their code loads when one is first opened. */
export function LazyPalette({ me }: { me: Me }) {
  const [Palette, setPalette] = useState<ComponentType<{ me: Me }>>();
  const isOpen = keyboardDialog.value !== undefined;
  useEffect(() => {
    if (isOpen && Palette === undefined) {
      attempt(() => import("./palette.tsx").then((m) => setPalette(() => m.Palette))).catch(
        () => undefined,
      );
    }
  }, [isOpen, Palette]);
  return Palette && isOpen ? <Palette me={me} /> : null;
}
