import { expect, test } from "bun:test";
import { join } from "node:path";
import { locales } from "../../web/src/i18n.ts";
import { fillMessage } from "../../web/src/icu.ts";

type Entry = Record<string, string>;

const source = join(import.meta.dir, "../../web/src");

async function catalogues(): Promise<{ file: string; catalogue: Record<string, Entry> }[]> {
  const files = [...new Bun.Glob("**/*.messages.ts").scanSync(source)].sort();
  return Promise.all(
    files.map(async (file) => {
      const { t } = (await import(join(source, file))) as {
        t: { catalogue: Record<string, Entry> };
      };
      return { file, catalogue: t.catalogue };
    }),
  );
}

/** Parameter names of a message, including those inside plural forms. */
function parameters(message: string): string[] {
  const names = [...message.matchAll(/\{\s*(\w+)\s*(?=[,}])/g)].map((match) => match[1] ?? "");
  const forms = /(?:one|other|=\d+)\s*\{(\w+)\}/g;
  const words = new Set([...message.matchAll(forms)].map((match) => match[1]));
  return [...new Set(names.filter((name) => !words.has(name)))].sort();
}

test("every message exists in every language with the same parameters", async () => {
  const all = await catalogues();
  expect(all.length).toBeGreaterThan(2);

  for (const { file, catalogue } of all) {
    for (const [key, entry] of Object.entries(catalogue)) {
      for (const language of locales) {
        expect(entry[language]?.trim(), `${file}: ${key} in ${language}`).toBeTruthy();
        expect(parameters(entry[language] ?? ""), `${file}: ${key} in ${language}`).toEqual(
          parameters(entry["en"] ?? ""),
        );
      }
    }
  }
});

test("every message can be filled in every language without leaving a placeholder", async () => {
  for (const { file, catalogue } of await catalogues()) {
    for (const [key, entry] of Object.entries(catalogue)) {
      for (const language of locales) {
        const names = parameters(entry[language] ?? "");
        for (const count of [0, 1, 2, 1000]) {
          const params = Object.fromEntries(names.map((name) => [name, count]));
          const text = fillMessage(entry[language] ?? "", params, language);
          expect(text, `${file}: ${key} in ${language}`).not.toMatch(/[{}]|plural/);
        }
      }
    }
  }
});

test("every message is used by the code beside its catalogue", async () => {
  for (const { file, catalogue } of await catalogues()) {
    const folder = join(source, file, "..");
    const own = [...new Bun.Glob("**/*.{ts,tsx}").scanSync(folder)].map((one) => join(folder, one));
    const texts = await Promise.all(
      own.filter((path) => !path.endsWith(".messages.ts")).map((path) => Bun.file(path).text()),
    );
    const code = texts.join("\n");
    const dynamic = [...code.matchAll(/\bt\(`([^`]*?)\$\{/g)].map((match) => match[1] ?? "");
    if ((await Bun.file(join(source, file)).text()).includes("} satisfies Record<")) {
      continue; // The compiler compares its keys with the server's codes.
    }
    if (file.startsWith("shell/")) {
      continue; // The texts of the navigation are in the catalogues of its pages.
    }
    if (/\bt\([a-z]\w*\)/.test(code)) {
      continue; // Its keys are the values of a type, so the compiler knows all of them.
    }
    const unused = Object.keys(catalogue).filter(
      (key) => !code.includes(`"${key}"`) && !dynamic.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused, `${file}: keys that nothing uses`).toEqual([]);
  }
});
