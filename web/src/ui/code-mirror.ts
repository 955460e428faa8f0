import { html } from "@codemirror/lang-html";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { tags } from "@lezer/highlight";
import { basicSetup, EditorView } from "codemirror";

// Colours of the theme, so that the editor is light and dark like everything else.
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

/** Puts an editor into `parent`. Tab moves on, as everywhere; Ctrl/⌘ ] and [ indent. */
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
        // What is only read is shown whole: a second scroll inside a disabled form is out of the keyboard's reach.
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
  // A browser that does not put the focus into the text can still scroll it by keyboard.
  view.scrollDOM.tabIndex = 0;
  return {
    /** Replaces the text when it is not what is shown already. */
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
