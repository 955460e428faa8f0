// A name alone identifies nobody: matches are listed for a person to check, and not rewritten.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { workspaceAsks } from "../../../support/calls.ts";
import { runTaskOf } from "../../../support/run-task.ts";
import { ImportFixture } from "../imports/import-fixture.ts";

type Asked = {
  id: number;
  state: string;
  result: Record<string, number>;
  check: { kind: string; id: number; name: string }[];
};

let fixture: ImportFixture;
beforeEach(() => {
  fixture = new ImportFixture();
});
afterEach(() => fixture.close());

const ask = workspaceAsks(() => ({ app: fixture.app, workspaceId: fixture.workspace.id }), "admin");

async function erase(address: string): Promise<Asked> {
  const { id } = await ask<Asked>("POST", "/privacy/requests", { kind: "erase", address });
  await runTaskOf(fixture.app, fixture.workspace.id, id);
  return await ask<Asked>("GET", `/privacy/requests/${id}`);
}

const segment = (name: string, rule: object) =>
  ask<{ id: number }>("POST", "/segments", { name, rule });
const withName = (value: string) => ({ field: "first_name", is: "is", value: [value] });

test("segments with part of the name or address are listed by their current name, and stay", async () => {
  const person = { email: "z.zadeh@zadeh.example", firstName: "Zora", lastName: "Zadeh" };
  await ask("POST", "/contacts", person);
  await ask("POST", "/contacts", { email: "zorana@x.example", firstName: "Zorana" });
  const byName = await segment("Guests", withName("ZORA"));
  const byDomain = await segment("Firm", {
    field: "domain",
    is: "is",
    value: ["zadeh.example"],
  });
  const inTitle = await segment("Friends of Zadeh", withName("Mia"));
  await segment("Others", withName("Zorana"));

  const { check, result } = await erase(person.email);

  expect(check).toEqual([
    { kind: "segment", id: byName.id, name: "Guests" },
    { kind: "segment", id: byDomain.id, name: "Firm" },
    { kind: "segment", id: inTitle.id, name: "Friends of Zadeh" },
  ]);
  expect(result["segments"]).toBe(0);
  expect(await ask<object>("GET", `/segments/${byName.id}`)).toMatchObject({
    rule: withName("ZORA"),
  });
  const stored = fixture.db.prepare("SELECT result FROM person_request").pluck().get();
  expect(String(stored).toLowerCase()).not.toContain("zadeh");

  await ask("PATCH", `/segments/${inTitle.id}`, { name: "Friends" });
  const [request] = (await ask<{ items: Asked[] }>("GET", "/privacy/requests")).items;
  expect(request?.check.at(-1)?.name).toBe("Friends");
});

test("a domain shared with others and a name of two letters are not reported", async () => {
  await ask("POST", "/contacts", { email: "li@firm.example", firstName: "Li" });
  await ask("POST", "/contacts", { email: "mia@firm.example" });
  await segment("Firm", { field: "domain", is: "is", value: ["firm.example"] });
  await segment("Li", withName("Li"));

  expect((await erase("li@firm.example")).check).toEqual([]);
});

test("searches in finished tasks are forgotten, and a waiting task continues", async () => {
  await ask("POST", "/contacts", { email: "zora@x.example", firstName: "Zora" });
  const insert = fixture.db.prepare(
    "INSERT INTO task (kind, payload, state, created_by, created_at) VALUES ('tag_apply', ?, ?, 'u', 0)",
  );
  insert.run('{"filter":{"q":"zora"}}', "done");
  insert.run('{"filter":{"q":"zora"}}', "queued");
  insert.run('{"filter":{"q":"zorana"}}', "done");

  const { result } = await erase("zora@x.example");

  expect(result["tasks"]).toBe(1);
  expect(
    fixture.db
      .prepare("SELECT payload FROM task WHERE kind = 'tag_apply' ORDER BY id")
      .pluck()
      .all(),
  ).toEqual([
    '{"filter":{"q":"[erased]"}}',
    '{"filter":{"q":"zora"}}',
    '{"filter":{"q":"zorana"}}',
  ]);
});
