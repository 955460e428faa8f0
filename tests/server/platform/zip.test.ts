import { expect, test } from "bun:test";
import fc from "fast-check";
import { safeEntryName, zip } from "../../../server/platform/zip.ts";

test("names with folders, drives, control characters and reserved signs become plain file names", () => {
  expect(safeEntryName("../../etc/passwd")).toBe("_.._etc_passwd");
  expect(safeEntryName("C:\\Windows\\x.csv")).toBe("C_Windows_x.csv");
  expect(safeEntryName("a\u0000b\u202egnp.exe\n")).toBe("a_b_gnp.exe_");
  expect(safeEntryName("..")).toBe("file");
  expect(safeEntryName("")).toBe("file");
});

test("whatever an entry's name is, unpacking stays inside the folder", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const safe = safeEntryName(name);
      expect(safe).not.toMatch(/[/\\:\0\n\r]/);
      expect(safe).not.toMatch(/^\.|\.$/);
      expect(safe).not.toBe("");
    }),
  );
});

test("two entries with one name become two files", () => {
  const bytes = Buffer.from("x");
  const archive = Buffer.from(
    zip(
      [
        { name: "a.csv", bytes },
        { name: "A.csv", bytes },
      ],
      new Date(0),
    ),
  ).toString("latin1");

  expect(archive).toContain("A-2.csv");
});
