import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { fencedDocument } from "./fenced-document.ts";

/**
 * Shows a mail's HTML safely: no scripts, no forms, no access to our cookies, and links open in a new window. Nothing
 * external is loaded unless `remote` is set. `dark` simulates a mail client that honours `prefers-color-scheme`.
 */
export function MessageFrame({
  html,
  title,
  remote,
  width = "desktop",
  dark = false,
}: {
  html: string;
  title: string;
  /** Whether pictures and fonts are loaded from other servers, whose owners then learn that the mail was opened. */
  remote: boolean;
  width?: "desktop" | "phone";
  dark?: boolean;
}) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(480);
  const fenced = useMemo(() => fencedDocument(html, remote), [html, remote]);
  useEffect(() => setHeight(480), [html, width]);
  const fit = () => {
    const inner = frame.current?.contentDocument?.documentElement;
    if (frame.current !== null && inner !== undefined && inner !== null) {
      // The height is reset before measuring, because a document is never shorter than its window.
      frame.current.style.height = "0";
      setHeight(Math.min(4000, Math.max(240, inner.scrollHeight)));
    }
  };
  return (
    <div class="overflow-auto bg-base-200 p-4">
      <iframe
        ref={frame}
        title={title}
        srcdoc={fenced}
        sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
        referrerpolicy="no-referrer"
        onLoad={fit}
        style={{ height: `${height}px`, colorScheme: dark ? "dark" : "light" }}
        class={`mx-auto block rounded-md border border-line bg-white ${
          width === "phone" ? "w-[375px] max-w-full" : "w-full max-w-[760px]"
        }`}
      />
    </div>
  );
}
