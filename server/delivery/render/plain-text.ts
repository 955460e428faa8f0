import { compile } from "html-to-text";
import { maskLiquid } from "./liquid-mask.ts";

const convert = compile({
  wordwrap: 78,
  // No real document nests this deep; a hostile one could overflow the stack.
  limits: { maxDepth: 250 },
  selectors: [
    // Preheaders and Outlook's spacers are hidden on purpose.
    { selector: '[style*="display:none"]', format: "skip" },
    { selector: '[style*="display: none"]', format: "skip" },
    { selector: "img", format: "skip" },
    { selector: "style", format: "skip" },
    // MJML renders each of its text blocks as this structure.
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

/** Generates the plain-text part from an HTML body, keeping its Liquid. */
export function plainTextOf(html: string): string {
  const masked = maskLiquid(html);
  return masked
    .restore(convert(masked.text))
    .replace(/\n(?:[ \t]*\n){2,}/g, "\n\n")
    .trim();
}
