import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { TextField } from "./field.tsx";
import { t } from "./ui.messages.ts";

type Question = {
  title: string;
  /** Says what will be lost. */
  body: ComponentChildren;
  /** The button's label, beginning with a verb: "Delete list". */
  action: string;
  danger?: boolean;
  /** When given, it must be typed to enable the button. For actions that cannot be undone. */
  typeName?: string;
};

type Asked = Question & { answer: (yes: boolean) => void };

const asked = signal<Asked | undefined>(undefined);

/** Asks for confirmation before a destructive action: `if (await confirm({ … })) …`. */
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    asked.value = {
      ...question,
      answer: (yes) => {
        asked.value = undefined;
        resolve(yes);
      },
    };
  });
}

/** Renders the confirmation dialogs. Used once, in main.tsx. */
export function Confirmations() {
  return asked.value === undefined ? null : (
    <ConfirmDialog key={asked.value.title} {...asked.value} />
  );
}

function ConfirmDialog({ title, body, action, danger = false, typeName, answer }: Asked) {
  const [typed, setTyped] = useState("");
  const ready = typeName === undefined || typed.trim() === typeName;
  return (
    <Dialog
      title={title}
      onClose={() => answer(false)}
      footer={
        <>
          <Button onClick={() => answer(false)} autofocus={typeName === undefined && danger}>
            {t("cancel")}
          </Button>
          <Button
            type="submit"
            form="confirm-form"
            variant={danger ? "danger" : "primary"}
            disabled={!ready}
          >
            {action}
          </Button>
        </>
      }
    >
      <form
        id="confirm-form"
        class="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) {
            answer(true);
          }
        }}
      >
        <div class="text-pretty text-muted">{body}</div>
        {typeName !== undefined && (
          <TextField
            label={t("typeToConfirm", { name: typeName })}
            value={typed}
            onInput={setTyped}
            autocomplete="off"
            autofocus
          />
        )}
      </form>
    </Dialog>
  );
}
