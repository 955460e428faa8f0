import { expect, test } from "bun:test";
import { asProblem, problemFrom } from "../../web/src/problem.ts";
import { fieldError } from "../../web/src/ui/form.ts";

const body = {
  type: "urn:swiftmail:problem:invalid_input",
  title: "Please check your input",
  status: 422,
  code: "invalid_input",
  detail: "email: is not an address",
  fields: [{ field: "email", reason: "is not an address", hint: "Write it as name@example.com." }],
};

test("reads the server's problem details, also when they come as text", () => {
  expect(problemFrom(422, body).fields).toEqual(body.fields);
  expect(problemFrom(422, JSON.stringify(body)).code).toBe("invalid_input");
});

test("a proxy's answer without problem details still gets a message", () => {
  const problem = problemFrom(502, "<html>Bad gateway</html>");
  expect(problem.status).toBe(502);
  expect(problem.title).toContain("502");
});

test("a request without an answer means offline, not a fault", () => {
  expect(asProblem(new TypeError("Failed to fetch")).code).toBe("offline");
});

test("a field's error is a sentence with the hint after it", () => {
  expect(fieldError(problemFrom(422, body), "email")).toBe(
    "Is not an address. Write it as name@example.com.",
  );
  expect(fieldError(problemFrom(422, body), "name")).toBeUndefined();
});

test("an error in our own code is not reported as a lost connection", () => {
  const problem = asProblem(new TypeError("rows.map is not a function"));
  expect(problem.code).toBe("internal");
  expect(problem.detail).toBe("rows.map is not a function");
});

test("the path of a field in a request is not shown to a person", () => {
  const refused = problemFrom(422, {
    title: "Something must be changed",
    status: 422,
    code: "invalid_input",
    detail: "settings.style.accent: must be a color such as #1a2b3c",
    fields: [{ field: "settings.style.accent", reason: "must be a color such as #1a2b3c" }],
  });

  expect(refused.detail).toBe("Must be a color such as #1a2b3c");
  expect(
    problemFrom(409, { code: "in_use", title: "In use", detail: "May: it is used." }).detail,
  ).toBe("May: it is used.");
});

test("a field that holds a list shows what is wrong with each of its values", () => {
  const fields = [
    { field: "to.0", reason: "is the first" },
    { field: "to.12", reason: "is the second" },
    { field: "to.name", reason: "is another field" },
    { field: "total", reason: "is another field" },
  ];
  const problem = problemFrom(422, { ...body, fields });

  expect(fieldError(problem, "to")).toBe("Is the first. Is the second.");
  expect(fieldError(problem, "to.0")).toBe("Is the first.");
  expect(fieldError(problem, "title")).toBeUndefined();
});
