import { compile } from "html-to-text";
import { maskLiquid } from "./liquid-mask.ts";

const convert = compile({
  wordwrap: 78,
  // Nobody nests so deep; somebody hostile might.
  limits: { maxDepth: 250 },
  selectors: [
    // Preheaders are hidden on purpose; so are Outlook's spacers.
    { selector: '[style*="display:none"]', format: "skip" },
    { selector: '[style*="display: none"]', format: "skip" },
    { selector: "img", format: "skip" },
    { selector: "style", format: "skip" },
    // MJML makes a paragraph of each of its texts this way.
    {
      selector: "td > div",
      format: "block",
      options: { leadingLineBreaks: 2, trailingLineBreaks: 2 },
    },
    { selector: "a", options: { hideLinkHrefIfSameAsText: true, linkBrackets: ["<", ">"] } },
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({
      selector,
      options: { uppercase: false },
    })),
  ],
});

/** Writes the plain-text part for an HTML body, keeping the Liquid in it. */
export function plainTextOf(html: string): string {
  const masked = maskLiquid(html);
  return masked
    .restore(convert(masked.text))
    .replace(/\n(?:[ \t]*\n){2,}/g, "\n\n")
    .trim();
}
