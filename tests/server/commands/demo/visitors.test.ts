import { expect, test } from "bun:test";
import {
  DEMO_REJECTED_ROWS,
  demoContactsCsv,
} from "../../../../server/commands/demo/demo-contacts.ts";
import { trackedAddresses, visitsOf } from "../../../../server/commands/demo/visitors.ts";

const message = {
  pixel: "http://localhost:8080/o/AAAA",
  links: ["http://localhost:8080/c/BBBB", "http://localhost:8080/c/CCCC"],
  unsubscribe: "http://localhost:8080/u/DDDD",
};

test("tracking addresses are found in a message, each link once", () => {
  const html = `<a href="${message.links[0]}">a</a> <a href="${message.links[0]}">a</a>
    <a href="${message.links[1]}">b</a> <a href="https://example.com/c/other/path">c</a>
    <img src="${message.pixel}" width="1">`;

  const found = trackedAddresses(html, `<${message.unsubscribe}>, <mailto:leave@example.com>`);

  expect(found).toEqual(message);
});

test("of a hundred readers, as many open, click and unsubscribe as the demo promises", () => {
  const visits = Array.from({ length: 100 }, (_, index) => visitsOf(message, index));
  const readers = (test: (url: string, method: string) => boolean) =>
    visits.filter((each) => each.some(({ url, method }) => test(url, method))).length;

  expect(visits.filter((each) => each.length === 0).length).toBe(25);
  expect(readers((url) => url.includes("/o/"))).toBe(34 + 20 + 14 + 3);
  expect(readers((url) => url.includes("/c/"))).toBe(11 + 4);
  expect(readers((_, method) => method === "POST")).toBe(1);
  expect(readers((_, method) => method === "HEAD")).toBe(4);
});

test("a message without tracking is not visited", () => {
  const plain = { pixel: undefined, links: [], unsubscribe: undefined };

  expect(Array.from({ length: 100 }, (_, index) => visitsOf(plain, index)).flat()).toEqual([]);
});

test("the contact file has the requested number of different people, at reserved hosts only", () => {
  const rows = demoContactsCsv(2_000).trimEnd().split("\r\n").slice(1);
  const addresses = rows.slice(0, 2_000).map((row) => row.split(";")[0]?.replaceAll('"', "") ?? "");

  expect(rows.length).toBe(2_000 + DEMO_REJECTED_ROWS);
  expect(new Set(addresses).size).toBe(2_000);
  expect(
    addresses.filter((address) => !/^[a-z.0-9]+@([a-z]+\.)?example(\.org|\.net)?$/.test(address)),
  ).toEqual([]);
});
