import { X } from "lucide-preact";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { IconButton } from "./button.tsx";
import { t } from "./ui.messages.ts";

const shapes = {
  normal: "dialog",
  wide: "dialog dialog-wide",
  drawer: "dialog dialog-drawer",
};

/**
 * A modal dialog based on the browser's `<dialog>`: it traps and restores the focus, and Esc closes it. Render it
 * only while it is open. `footer` contains the buttons; a form's submit button can be there with `form="id"`.
 */
export function Dialog({
  title,
  description,
  onClose,
  children,
  footer,
  shape = "normal",
}: {
  title: string;
  description?: ComponentChildren;
  onClose: () => void;
  children?: ComponentChildren;
  footer?: ComponentChildren;
  shape?: keyof typeof shapes;
}) {
  const box = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = box.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={box}
      class={shapes[shape]}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => event.target === box.current && onClose()}
    >
      <div class="flex items-start justify-between gap-4 px-5 pt-4 pb-2">
        <div class="min-w-0">
          <h2 id={titleId} class="text-lg font-semibold">
            {title}
          </h2>
          {description !== undefined && <p class="mt-0.5 text-pretty text-muted">{description}</p>}
        </div>
        <IconButton icon={X} size="small" label={t("close")} onClick={onClose} class="-mr-2" />
      </div>
      <div class="min-h-0 flex-1 overflow-auto px-5 pt-2 pb-5">{children}</div>
      {footer !== undefined && (
        <div class="flex justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>
      )}
    </dialog>
  );
}
