import { html } from "@codemirror/lang-html";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { tags } from "@lezer/highlight";
import { basicSetup, EditorView } from "codemirror";

// Theme colours, so that the editor follows light and dark mode.
const colours = HighlightStyle.define([
  { tag: [tags.tagName, tags.keyword], color: "var(--color-info)" },
  { tag: tags.attributeName, color: "var(--color-warning)" },
  { tag: [tags.attributeValue, tags.string], color: "var(--color-success)" },
  { tag: [tags.comment, tags.meta], color: "var(--color-muted)" },
]);

const look = EditorView.theme({
  "&": { maxHeight: "560px", backgroundColor: "transparent" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", fontSize: "12.5px", lineHeight: "20px" },
  ".cm-content": { minHeight: "320px", caretColor: "var(--color-base-content)" },
  ".cm-gutters": {
    backgroundColor: "var(--color-base-200)",
    color: "var(--color-faint)",
    border: "0",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  "&.cm-focused .cm-cursor": { borderLeftColor: "var(--color-base-content)" },
});

/** Creates an editor in `parent`. Tab moves the focus as everywhere else; Ctrl/⌘ ] and [ indent. */
export function createEditor(
  parent: HTMLElement,
  options: { text: string; label: string; readOnly: boolean; onInput: (text: string) => void },
) {
  let replacing = false;
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        basicSetup,
        html(),
        syntaxHighlighting(colours),
        // Read-only text is shown in full, because the keyboard cannot reach a nested scroll area in a disabled form.
        options.readOnly ? EditorView.theme({ "&": { maxHeight: "none" } }) : [],
        look,
        EditorView.lineWrapping,
        EditorState.readOnly.of(options.readOnly),
        EditorView.contentAttributes.of({ "aria-label": options.label, tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !replacing) {
            options.onInput(update.state.doc.toString());
          }
        }),
      ],
    }),
  });
  // Lets the keyboard scroll the text in browsers that do not focus it.
  view.scrollDOM.tabIndex = 0;
  return {
    /** Replaces the text unless it is already shown. */
    setText(text: string) {
      const now = view.state.doc.toString();
      if (now !== text) {
        replacing = true;
        view.dispatch({ changes: { from: 0, to: now.length, insert: text } });
        replacing = false;
      }
    },
    destroy: () => view.destroy(),
  };
}
