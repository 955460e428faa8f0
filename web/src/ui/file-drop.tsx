import { Upload } from "lucide-preact";
import { useRef, useState } from "preact/hooks";
import { formatBytes } from "../format.ts";
import { t } from "./ui.messages.ts";

/** An area to drop or choose one file. A file larger than `maxBytes` is refused before it is uploaded. */
export function FileDrop({
  label,
  accept,
  maxBytes,
  onFile,
  hint,
}: {
  label: string;
  /** In the format of `<input accept>`: ".csv,.txt". */
  accept: string;
  maxBytes: number;
  onFile: (file: File) => void;
  hint?: string;
}) {
  const [over, setOver] = useState(false);
  const [error, setError] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const take = (file: File | undefined) => {
    if (file === undefined) {
      return;
    }
    const tooLarge = file.size > maxBytes;
    const names = { name: file.name, size: formatBytes(file.size), limit: formatBytes(maxBytes) };
    setError(tooLarge ? t("fileTooLarge", names) : undefined);
    if (!tooLarge) {
      onFile(file);
    }
  };
  return (
    <label
      class={`flex flex-col items-center gap-1 rounded-lg border border-dashed px-6 py-10 text-center has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-primary ${
        over ? "border-primary bg-primary/5" : "border-line-strong hover:bg-base-200"
      }`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files[0]);
      }}
    >
      <Upload size={18} aria-hidden="true" class="mb-2 text-muted" />
      <span class="font-medium">{label}</span>
      <span class="text-muted">
        {t("dropFile")} <span class="link">{t("chooseFile")}</span>
      </span>
      {hint !== undefined && <span class="text-sm text-muted">{hint}</span>}
      <input
        ref={input}
        type="file"
        accept={accept}
        class="sr-only"
        onChange={(event) => {
          take(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      {error !== undefined && (
        <span role="alert" class="mt-1 text-sm text-error">
          {error}
        </span>
      )}
    </label>
  );
}
