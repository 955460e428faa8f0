import MailComposer from "nodemailer/lib/mail-composer";
import { type HeaderField, headerField } from "./header-text.ts";

const TEXT_MARK = "swiftmail-text-part";
const HTML_MARK = "swiftmail-html-part";

/** The MIME structure composed by nodemailer: the octets before, between and after the two parts. */
export type Skeleton = {
  mimeVersion: HeaderField;
  contentType: HeaderField;
  beforeText: string;
  beforeHtml: string;
  end: string;
};

/**
 * Lets nodemailer compose multipart/alternative (text, then HTML; utf-8; quoted-printable) around two marks, and cuts
 * the result at the marks. The boundary contains `=_`, which cannot occur in quoted-printable text.
 *
 * @param boundarySeed Determines the boundary, so that it is the same for every attempt of a campaign.
 */
export async function composeSkeleton(boundarySeed: string): Promise<Skeleton> {
  const composer = new MailComposer({
    // A non-ASCII character, without which the composer would choose 7bit.
    text: `\u00fc${TEXT_MARK}`,
    html: `\u00fc${HTML_MARK}`,
    textEncoding: "quoted-printable",
    boundaryPrefix: "=_",
    baseBoundary: boundarySeed,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const raw = (await composer.compile().build()).toString("utf8");
  const split = raw.indexOf("\r\n\r\n") + 2;
  const fields = parseFields(raw.slice(0, split));
  const [beforeText, afterText] = cut(raw.slice(split + 2), `=C3=BC${TEXT_MARK}`);
  const [beforeHtml, end] = cut(afterText, `=C3=BC${HTML_MARK}`);
  return {
    mimeVersion: required(fields, "MIME-Version"),
    contentType: required(fields, "Content-Type"),
    beforeText,
    beforeHtml,
    end: `${end.trimEnd()}\r\n`,
  };
}

function parseFields(head: string): Map<string, HeaderField> {
  const fields = head.split(/\r\n(?![ \t])/).filter((line) => line !== "");
  return new Map(
    fields.map((line) => {
      const colon = line.indexOf(":");
      const field = headerField(line.slice(0, colon), line.slice(colon + 1).trimStart());
      return [field.name.toLowerCase(), field];
    }),
  );
}

function required(fields: Map<string, HeaderField>, name: string): HeaderField {
  const field = fields.get(name.toLowerCase());
  if (field === undefined) {
    throw new Error(`the composer wrote no ${name} field`);
  }
  return field;
}

function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  if (at < 0) {
    throw new Error("the composer did not keep the mark of a part");
  }
  return [text.slice(0, at), text.slice(at + mark.length)];
}
