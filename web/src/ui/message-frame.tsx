import { useEffect, useRef, useState } from "preact/hooks";

/**
 * A mail's HTML as it is, fenced: no scripts, no forms, no cookies of ours, links open elsewhere.
 * `dark` previews it on a dark client that honours `prefers-color-scheme`.
 */
export function MessageFrame({
  html,
  title,
  width = "desktop",
  dark = false,
}: {
  html: string;
  title: string;
  width?: "desktop" | "phone";
  dark?: boolean;
}) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(480);
  useEffect(() => setHeight(480), [html, width]);
  const fit = () => {
    const inner = frame.current?.contentDocument?.documentElement;
    if (frame.current !== null && inner !== undefined && inner !== null) {
      // Measured small: a document is never shorter than its window.
      frame.current.style.height = "0";
      setHeight(Math.min(4000, Math.max(240, inner.scrollHeight)));
    }
  };
  return (
    <div class="overflow-auto bg-base-200 p-4">
      <iframe
        ref={frame}
        title={title}
        srcdoc={`<base target="_blank">${html}`}
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
