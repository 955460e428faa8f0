import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** The edges at which a scroll area hides content. Half pixels of a zoomed page are ignored. */
export function hiddenEdges(box: { scrollLeft: number; scrollWidth: number; clientWidth: number }) {
  return {
    before: box.scrollLeft > 1,
    after: box.scrollWidth - box.clientWidth - box.scrollLeft > 1,
  };
}

/** A horizontal scroll area with a shadow at each edge that hides content. */
export function ScrollArea({
  label,
  class: className = "",
  children,
}: {
  /** Names the box for screen readers. */
  label: string;
  class?: string;
  children: ComponentChildren;
}) {
  const box = useRef<HTMLElement>(null);
  const [edges, setEdges] = useState({ before: false, after: false });
  const measure = () => {
    if (box.current !== null) {
      const next = hiddenEdges(box.current);
      setEdges((old) => (old.before === next.before && old.after === next.after ? old : next));
    }
  };
  useEffect(() => {
    const observer = new ResizeObserver(measure);
    for (const element of [box.current, box.current?.firstElementChild]) {
      if (element) {
        observer.observe(element);
      }
    }
    return () => observer.disconnect();
  }, []);
  return (
    <div class="scroll-area" data-before={edges.before} data-after={edges.after}>
      <section
        ref={box}
        class={`min-w-0 overflow-x-auto ${className}`}
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: an area that scrolls must be reachable by keyboard
        tabIndex={0}
        onScroll={measure}
      >
        {children}
      </section>
    </div>
  );
}
