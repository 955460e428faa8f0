import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultOf } from "../../../server/platform/db/file-fault.ts";
import { asDiskFull, isDiskFull } from "../../../server/platform/disk-full.ts";
import { mayMountDisks, mountSmallDisk } from "../../support/small-disk.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "swiftmail-full-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const coded = (code: string) => Object.assign(new Error("disk I/O error"), { code });
const file = () => join(folder, "t_1.db");

test.each(["EDQUOT", "ENOSPC"])(
  "a failed SQLite write while %s prevents writing is a full disk, not a fault of the file",
  (code) => {
    const asked: string[] = [];
    const error = asDiskFull(coded("SQLITE_IOERR_WRITE"), file(), (beside) => {
      asked.push(beside);
      return coded(code);
    });

    expect(isDiskFull(error)).toBe(true);
    expect(faultOf(error)).toBeUndefined();
    expect(asked).toEqual([folder]);
  },
);

test("a write that fails with free space is a disk fault, and the test write leaves nothing", () => {
  const error = coded("SQLITE_IOERR_WRITE");

  expect(asDiskFull(error, file())).toBe(error);
  expect(faultOf(error)?.reason).toBe("io_error");
  expect(readdirSync(folder)).toEqual([]);
});

test("a failed read is not treated as a full disk", () => {
  const error = coded("SQLITE_IOERR_READ");

  expect(asDiskFull(error, file(), () => coded("EDQUOT"))).toBe(error);
});

test.skipIf(!mayMountDisks)("on a really full disk the test write finds no space", () => {
  const disk = mountSmallDisk(1);
  try {
    disk.fill(0);
    expect(isDiskFull(asDiskFull(coded("SQLITE_IOERR_WRITE"), join(disk.path, "t_1.db")))).toBe(
      true,
    );
    expect(readdirSync(disk.path)).toEqual(["ballast"]);
  } finally {
    disk.unmount();
  }
});
