/**
 * Tooltips for elements with `data-tip="…"`, after 300 ms of hovering or at once on keyboard focus. A single element
 * for the whole page, above dialogs. A tooltip may repeat or explain, but must never be the only name of a control.
 */
export function installTooltips(): void {
  const bubble = document.createElement("div");
  bubble.className = "tooltip-bubble";
  bubble.popover = "manual";
  bubble.setAttribute("aria-hidden", "true");
  document.body.append(bubble);
  let timer: ReturnType<typeof setTimeout> | undefined;

  const show = (target: HTMLElement) => {
    const tip = target.dataset["tip"];
    if (tip === undefined || !target.isConnected) {
      return;
    }
    bubble.textContent = tip;
    bubble.hidePopover();
    bubble.showPopover();
    place(bubble, target);
  };
  const hide = () => {
    clearTimeout(timer);
    bubble.hidePopover();
  };
  const tipped = (event: Event) =>
    event.target instanceof Element ? event.target.closest<HTMLElement>("[data-tip]") : null;

  document.addEventListener("pointerover", (event) => {
    const target = tipped(event);
    hide();
    if (target !== null && event.pointerType === "mouse") {
      timer = setTimeout(() => show(target), 300);
    }
  });
  document.addEventListener("focusin", (event) => {
    const target = tipped(event);
    if (target?.matches(":focus-visible")) {
      show(target);
    }
  });
  for (const end of ["focusout", "pointerdown", "keydown", "scroll"]) {
    document.addEventListener(end, hide, { capture: true, passive: true });
  }
}

function place(bubble: HTMLElement, target: HTMLElement): void {
  const at = target.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = bubble;
  const left = at.left + at.width / 2 - width / 2;
  const above = at.top > height + 12;
  bubble.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  bubble.style.top = `${above ? at.top - height - 6 : at.bottom + 6}px`;
}
