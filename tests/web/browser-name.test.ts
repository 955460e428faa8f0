import { expect, test } from "bun:test";
import { browserName } from "../../web/src/features/auth/browser-name.ts";

test("names the browser and the system, not what the browser imitates", () => {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36";
  expect(browserName(chrome)).toBe("Chrome, Linux");
  expect(browserName(`${chrome} Edg/130.0`)).toBe("Edge, Linux");
  expect(
    browserName("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"),
  ).toBe("Safari, iPhone");
});

test("shows the start of an unknown user agent", () => {
  expect(browserName("curl/8.5.0")).toBe("curl/8.5.0");
  expect(browserName("")).toBe("–");
});
