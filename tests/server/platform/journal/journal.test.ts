import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { JournalReader } from "../../../../server/platform/journal/reader.ts";
import {
  listSegments,
  newDurableMark,
  type Position,
  readDurable,
  removeSegmentsBelow,
  segmentPath,
  streamStart,
} from "../../../../server/platform/journal/segments.ts";
import { openJournal } from "../../../../server/platform/journal/writer.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "journal-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function readAll(from: Position = streamStart, folder = dir): string[] {
  const reader = new JournalReader({ dir: folder, from });
  const payloads: string[] = [];
  for (let batch = reader.next(); batch.length > 0; batch = reader.next()) {
    payloads.push(...batch.map((record) => record.payload));
  }
  reader.close();
  return payloads;
}

test("records come back in order, across segments and across restarts", async () => {
  const expected: string[] = [];
  for (let boot = 0; boot < 3; boot++) {
    const journal = openJournal({ dir, segmentBytes: 1_000 });
    for (let round = 0; round < 10; round++) {
      const records = Array.from(
        { length: 7 },
        (_, i) => `{"boot":${boot},"n":${round * 7 + i}}ü☃`,
      );
      expected.push(...records);
      await Promise.all(records.map((record) => journal.append(record)));
    }
    await journal.close();
  }

  expect(readAll()).toEqual(expected);
  expect(listSegments(dir).length).toBeGreaterThan(3);
});

test.each<[string, (path: string) => void]>([
  ["file is removed", (path) => rmSync(path)],
  ["file is replaced", (path) => writeFileSync(`${path}.new`, "x")],
  ["folder is removed", () => rmSync(dir, { recursive: true })],
])("a record is not acknowledged after its %s, and a new segment begins", async (what, damage) => {
  const journal = openJournal({ dir });
  const reader = new JournalReader({ dir, from: streamStart });
  await journal.append("read");
  expect(reader.next().map(({ payload }) => payload)).toEqual(["read"]);
  damage(segmentPath(dir, 1));
  if (what === "file is replaced") {
    renameSync(`${segmentPath(dir, 1)}.new`, segmentPath(dir, 1));
  }

  await expect(journal.append("refused")).rejects.toMatchObject({ code: "unavailable" });
  if (what === "folder is removed") {
    await expect(journal.append("refused")).rejects.toMatchObject({ code: "unavailable" });
    mkdirSync(dir);
  }
  await journal.append("stored");

  expect(listSegments(dir).at(-1)).toBe(2);
  const seen: string[] = [];
  for (let batch = reader.next(); batch.length > 0; batch = reader.next()) {
    seen.push(...batch.map(({ payload }) => payload));
  }
  expect(seen).toContain("stored");
  reader.close();
  await journal.close();
});

test("an appended record is on the disk when the append resolves", async () => {
  const journal = openJournal({ dir });

  await journal.append("kept");

  expect(readAll()).toEqual(["kept"]);
  expect(readDurable(journal.durable)).toEqual({ segment: 1, offset: 12 });
  await journal.close();
});

test("concurrent appends share one write, in the order they were made", async () => {
  const journal = openJournal({ dir });
  const order: number[] = [];

  const appended = Array.from({ length: 500 }, (_, i) =>
    journal.append(`record ${i}`).then(() => order.push(i)),
  );
  await Promise.all(appended);

  expect(order).toEqual(Array.from({ length: 500 }, (_, i) => i));
  await journal.close();
});

test("a reader stops at the durable position and continues when it moves", async () => {
  const durable = newDurableMark();
  const reader = new JournalReader({ dir, from: streamStart, limit: () => readDurable(durable) });
  const journal = openJournal({ dir, durable, segmentBytes: 30 });

  expect(reader.next()).toEqual([]);
  await journal.append("first record");
  expect(reader.next().map((record) => record.payload)).toEqual(["first record"]);
  appendFileSync(segmentPath(dir, 1), "bytes nobody acknowledged");
  expect(reader.next()).toEqual([]);
  await journal.append("second record");
  await journal.append("third record");
  const rest = [...reader.next(), ...reader.next()].map((record) => record.payload);

  expect(rest).toEqual(["second record", "third record"]);
  reader.close();
  await journal.close();
});

test("a record that becomes durable during a read is neither skipped nor treated as damage", async () => {
  const payloads = Array.from({ length: 12 }, (_, n) => `record ${n}`);
  const journal = openJournal({ dir });
  await Promise.all(payloads.map((payload) => journal.append(payload)));
  await journal.close();
  const whole = readFileSync(segmentPath(dir, 1));
  const all = new JournalReader({ dir, from: streamStart });
  const ends = all.next().map((record) => record.end.offset);
  all.close();

  // The writer advances, or not, each time the limit is read; half of the next record is always in the file.
  const end = (n: number) => ends[n - 1] ?? 0;
  const grow = (n: number) => writeFileSync(segmentPath(dir, 1), whole.subarray(0, end(n) + 9));
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), (moves) => {
      let durable = 0;
      let asked = 0;
      const limit = () => {
        durable += (moves[asked] ?? true) && durable < payloads.length ? 1 : 0;
        asked += 1;
        grow(durable);
        return { segment: 1, offset: end(durable) };
      };
      grow(0);
      const damages: number[] = [];
      const onDamage = (_: Position, bytes: number) => damages.push(bytes);
      const reader = new JournalReader({ dir, from: streamStart, limit, onDamage });
      const seen: string[] = [];
      while (asked < moves.length + 2 * payloads.length) {
        seen.push(...reader.next().map(({ payload }) => payload));
      }
      reader.close();
      expect({ seen, damages }).toEqual({ seen: payloads, damages: [] });
    }),
    { numRuns: 200 },
  );
});

test("after any damage every record before and behind it is read in order, and new records follow", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ minLength: 1, maxLength: 300, unit: "grapheme" }), {
        minLength: 1,
        maxLength: 30,
      }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom("cut", "flip", "zero", "junk"),
      async (records, where, damage) => {
        const folder = mkdtempSync(join(tmpdir(), "journal-prefix-"));
        const first = openJournal({ dir: folder });
        await Promise.all(records.map((record) => first.append(record)));
        await first.close();
        hurt(segmentPath(folder, 1), where, damage);

        const survived = readAll(streamStart, folder);
        expect(isInOrder(survived, records)).toBe(true);
        // One place is damaged: its record is lost, together with the truncated part after it.
        expect(survived.length).toBeGreaterThanOrEqual(
          damage === "flip" ? records.length - 1 : damage === "junk" ? records.length : 0,
        );

        const second = openJournal({ dir: folder });
        await second.append("after the crash");
        await second.close();
        expect(readAll(streamStart, folder)).toEqual([...survived, "after the crash"]);
        rmSync(folder, { recursive: true });
      },
    ),
    { numRuns: 60 },
  );
});

/** True if `some` is a subsequence of `all`. */
function isInOrder(some: string[], all: string[]): boolean {
  let at = 0;
  return some.every((record) => {
    at = all.indexOf(record, at) + 1;
    return at > 0;
  });
}

function hurt(path: string, where: number, damage: string): void {
  const bytes = readFileSync(path);
  const at = Math.min(bytes.length - 1, Math.floor(where * bytes.length));
  if (damage === "cut") {
    writeFileSync(path, bytes.subarray(0, at));
  } else if (damage === "flip") {
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    writeFileSync(path, bytes);
  } else if (damage === "zero") {
    writeFileSync(path, Buffer.concat([bytes.subarray(0, at), Buffer.alloc(5_000)]));
  } else {
    appendFileSync(path, Buffer.from([9, 0, 0, 0, 1, 2, 3, 4, 5]));
  }
}

test("a damaged old segment is reported and the segments after it are still read", async () => {
  const journal = openJournal({ dir, segmentBytes: 10 });
  await journal.append("in the first segment");
  await journal.append("in the second segment");
  await journal.close();
  hurt(segmentPath(dir, 1), 0.9, "flip");
  const damages: Position[] = [];

  const reader = new JournalReader({ dir, from: streamStart, onDamage: (at) => damages.push(at) });
  const payloads = reader.next().map((record) => record.payload);
  reader.close();

  expect(payloads).toEqual(["in the second segment"]);
  expect(damages).toEqual([{ segment: 1, offset: 0 }]);
});

test("damaged bytes in the middle lose only their own record and are reported", async () => {
  const journal = openJournal({ dir });
  const records = Array.from({ length: 3_000 }, (_, i) => `record ${i} ${"x".repeat(i % 900)}`);
  await Promise.all(records.map((record) => journal.append(record)));
  await journal.close();
  const path = segmentPath(dir, 1);
  const bytes = readFileSync(path);
  bytes.fill(0xff, 500_000, 500_100);
  bytes.fill(0, 900_000, 903_000);
  writeFileSync(path, bytes);
  const lost: number[] = [];

  const second = openJournal({ dir });
  await second.close();
  const reader = new JournalReader({ dir, from: streamStart, onDamage: (_, n) => lost.push(n) });
  const read: string[] = [];
  for (let batch = reader.next(); batch.length > 0; batch = reader.next()) {
    read.push(...batch.map(({ payload }) => payload));
  }
  reader.close();

  expect(isInOrder(read, records)).toBe(true);
  expect(records.length - read.length).toBeLessThan(20);
  expect(read.at(-1)).toBe(records.at(-1));
  expect(lost).toHaveLength(2);
  expect(lost[0]).toBeLessThan(2_100);
  expect(lost[1]).toBeLessThan(5_000);
});

test("a half-written record of a killed process is no damage", async () => {
  const journal = openJournal({ dir });
  await journal.append("whole");
  await journal.close();
  const whole = readFileSync(segmentPath(dir, 1));
  for (const tail of [
    whole.subarray(0, 5),
    whole.subarray(0, whole.length - 1),
    Buffer.alloc(70_000),
  ]) {
    writeFileSync(segmentPath(dir, 1), Buffer.concat([whole, tail]));
    const lost: number[] = [];
    const reader = new JournalReader({ dir, from: streamStart, onDamage: (_, n) => lost.push(n) });

    expect(reader.next().map(({ payload }) => payload)).toEqual(["whole"]);
    expect(reader.next()).toEqual([]);
    expect(lost).toEqual([]);
    reader.close();
  }
});

test("numbers continue above a mark, even in an empty folder", async () => {
  const journal = openJournal({ dir, above: 40 });
  await journal.append("first");
  await journal.close();

  expect(listSegments(dir)).toEqual([41]);
  expect(readAll({ segment: 40, offset: 900 })).toEqual(["first"]);
});

test("retention removes complete old segments but never the newest", async () => {
  const journal = openJournal({ dir, segmentBytes: 10 });
  for (const record of ["in the first", "in the second", "in the third"]) {
    await journal.append(record);
  }
  await journal.close();

  expect(removeSegmentsBelow(dir, 2)).toBe(1);
  expect(readAll()).toEqual(["in the second", "in the third"]);
  expect(removeSegmentsBelow(dir, 99)).toBe(1);
  expect(listSegments(dir)).toEqual([3]);
});

test("a new segment on demand releases the old one, loses nothing, and leaves no series of empty ones", async () => {
  const journal = openJournal({ dir });
  const limit = () => readDurable(journal.durable);
  const reader = new JournalReader({ dir, from: streamStart, limit });
  const read: string[] = [];
  const readOn = () => read.push(...reader.next().map(({ payload }) => payload));

  await journal.append("before");
  await journal.roll();
  await journal.roll();
  readOn();
  readOn();
  expect(reader.position).toEqual({ segment: 2, offset: 0 });
  expect(listSegments(dir)).toEqual([1, 2]);
  expect(removeSegmentsBelow(dir, reader.position.segment)).toBe(1);

  await Promise.all([journal.append("with it"), journal.roll(), journal.append("after")]);
  readOn();
  await journal.close();
  await journal.roll();
  expect(read).toEqual(["before", "with it", "after"]);

  // The empty segment of the process before is replaced.
  const next = openJournal({ dir });
  await next.roll();
  expect(readAll({ segment: 3, offset: 0 })).toEqual([]);
  await next.append("later");
  await next.close();
  expect(readAll().at(-1)).toBe("later");
});

test("an empty or oversized record is refused and does not stop the others", async () => {
  const journal = openJournal({ dir });

  expect(() => journal.append("")).toThrow("1 to 1048576 bytes");
  expect(() => journal.append("x".repeat(1_048_577))).toThrow("1 to 1048576 bytes");
  await journal.append("fine");

  expect(readAll()).toEqual(["fine"]);
  expect(statSync(segmentPath(dir, 1)).size).toBe(12);
  await journal.close();
});
