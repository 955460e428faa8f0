import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { FieldFrame } from "./field.tsx";
import { Skeleton } from "./states.tsx";

type Editor = { setText: (text: string) => void; destroy: () => void };

/** A source code editor with highlighting, line numbers and undo. Its code loads when it is first shown. */
export function CodeEditor({
  label,
  value,
  onInput,
  readOnly = false,
  hint,
}: Pick<FieldFrame, "label" | "hint"> & {
  value: string;
  onInput: (value: string) => void;
  readOnly?: boolean;
}) {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(undefined);
  const latest = useRef({ value, onInput });
  latest.current = { value, onInput };
  const [ready, setReady] = useState(false);
  useEffect(() => {
    let gone = false;
    void import("./code-mirror.ts").then(({ createEditor }) => {
      if (!gone && box.current !== null) {
        editor.current = createEditor(box.current, {
          text: latest.current.value,
          label,
          readOnly,
          onInput: (text) => latest.current.onInput(text),
        });
        setReady(true);
      }
    });
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = undefined;
    };
  }, [label, readOnly]);
  useEffect(() => editor.current?.setText(value), [value]);
  return (
    <div class="flex min-w-0 flex-col gap-1.5">
      <span id={id} class="text-sm font-medium">
        {label}
      </span>
      {!ready && <Skeleton rows={6} />}
      <div
        ref={box}
        class="overflow-hidden rounded-md border border-line-strong bg-base-100 text-sm focus-within:border-primary"
      />
      {hint !== undefined && <p class="text-sm text-muted">{hint}</p>}
    </div>
  );
}
