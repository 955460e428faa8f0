import { expect, test } from "bun:test";
import { EngineState } from "../../../../server/delivery/threads/engine-state.ts";

const applied = { workspaceId: "w", campaigns: [1], settled: [], outcomes: { sent: 2 } };

test("a failing listener prevents neither other listeners nor the halt of a campaign", () => {
  const state = new EngineState({ loadRoutes: () => [], loadDkimKey: () => undefined });
  const halted: number[] = [];
  const heard: number[] = [];
  state.halt = ({ campaignId }) => halted.push(campaignId);
  state.subscribe(() => {
    throw new Error("the page is gone");
  });
  state.subscribe(({ campaignId }) => heard.push(campaignId));

  state.applied({ ...applied, pausing: [1] });

  expect({ halted, heard }).toEqual({ halted: [1], heard: [1] });
  expect(state.outcomes.get("sent")).toBe(2);
});

test("a campaign to be paused is halted before listeners are told", () => {
  const state = new EngineState({ loadRoutes: () => [], loadDkimKey: () => undefined });
  const order: string[] = [];
  state.halt = () => order.push("halted");
  state.subscribe(() => order.push("told"));

  state.applied({ ...applied, pausing: [1] });

  expect(order).toEqual(["halted", "told"]);
});
