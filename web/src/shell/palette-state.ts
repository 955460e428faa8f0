import { signal } from "@preact/signals";

/** Which of the two keyboard dialogs is open. */
export const keyboardDialog = signal<"palette" | "shortcuts" | undefined>(undefined);

export function openPalette(): void {
  keyboardDialog.value = "palette";
}

export function openShortcuts(): void {
  keyboardDialog.value = "shortcuts";
}

export function closeKeyboardDialog(): void {
  keyboardDialog.value = undefined;
}
