import { Elysia } from "elysia";
import { Done, done, refusals } from "../../platform/http/schemas.ts";
import type { AppDeps } from "../deps.ts";
import {
  LimitRuleList,
  LimitRuleView,
  ReplyTry,
  ReplyTryResult,
  RuleInput,
  RuleOrder,
  RuleParams,
} from "./limit-rules.schema.ts";
import {
  changeRule,
  createRule,
  listRules,
  orderRules,
  resetRule,
  tryRules,
} from "./limit-rules.service.ts";

export const limitRuleRoutes = ({ guard, databases, clock, outside }: AppDeps) => {
  const { system } = databases;
  return new Elysia({
    name: "limit-rules",
    prefix: "/instance/limit-rules",
    detail: { tags: ["Instance"] },
  })
    .use(guard)
    .get("/", () => listRules(system), {
      instanceAdmin: true,
      response: { 200: LimitRuleList, ...refusals },
      detail: { summary: "List the rules for server replies" },
    })
    .post(
      "/",
      ({ body, note }) => {
        const rule = createRule(system, body, clock());
        note({ target: rule.key });
        outside.engine.rulesChanged();
        return rule;
      },
      {
        instanceAdmin: true,
        audit: "limit_rule.create",
        idempotent: true,
        body: RuleInput,
        response: { 200: LimitRuleView, ...refusals },
        detail: { summary: "Add a rule at the top of the list" },
      },
    )
    .put(
      "/order",
      ({ body }) => {
        orderRules(system, body.keys, clock());
        outside.engine.rulesChanged();
        return done;
      },
      {
        instanceAdmin: true,
        audit: "limit_rule.order",
        body: RuleOrder,
        response: { 200: Done, ...refusals },
        detail: { summary: "Reorder the rules" },
      },
    )
    .post("/try", ({ body }) => tryRules(system, body, clock()), {
      instanceAdmin: true,
      audit: { none: "it only tests the rules" },
      body: ReplyTry,
      response: { 200: ReplyTryResult, ...refusals },
      detail: { summary: "Test the rules with a server's reply" },
    })
    .put(
      "/:key",
      ({ params, body }) => {
        const rule = changeRule(system, params.key, body, clock());
        outside.engine.rulesChanged();
        return rule;
      },
      {
        instanceAdmin: true,
        audit: "limit_rule.change",
        params: RuleParams,
        body: RuleInput,
        response: { 200: LimitRuleView, ...refusals },
        detail: { summary: "Change, enable or disable a rule" },
      },
    )
    .delete(
      "/:key",
      ({ params }) => {
        resetRule(system, params.key);
        outside.engine.rulesChanged();
        return done;
      },
      {
        instanceAdmin: true,
        audit: "limit_rule.reset",
        params: RuleParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Delete a custom rule, or reset a built-in one" },
      },
    );
};
