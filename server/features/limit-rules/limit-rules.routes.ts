import { Elysia } from "elysia";
import type { AuditAction } from "../../platform/audit/actions.ts";
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

export const limitRuleRoutes = ({ guard, databases, clock, audit, outside }: AppDeps) => {
  const { system } = databases;
  const changed = (actorId: string, action: AuditAction, target: string) => {
    audit.record({ actorId, workspaceId: null, action, target });
    outside.engine.rulesChanged();
  };
  return new Elysia({
    name: "limit-rules",
    prefix: "/instance/limit-rules",
    detail: { tags: ["Instance"] },
  })
    .use(guard)
    .get("/", () => listRules(system), {
      instanceAdmin: true,
      response: { 200: LimitRuleList, ...refusals },
      detail: { summary: "List the rules about what servers say" },
    })
    .post(
      "/",
      ({ body, actor }) => {
        const rule = createRule(system, body, clock());
        changed(actor.id, "limit_rule.create", rule.key);
        return rule;
      },
      {
        instanceAdmin: true,
        idempotent: true,
        body: RuleInput,
        response: { 200: LimitRuleView, ...refusals },
        detail: { summary: "Add a rule, before all others" },
      },
    )
    .put(
      "/order",
      ({ body, actor }) => {
        orderRules(system, body.keys, clock());
        changed(actor.id, "limit_rule.order", "");
        return done;
      },
      {
        instanceAdmin: true,
        body: RuleOrder,
        response: { 200: Done, ...refusals },
        detail: { summary: "Put the rules into another order" },
      },
    )
    .post("/try", ({ body }) => tryRules(system, body, clock()), {
      instanceAdmin: true,
      body: ReplyTry,
      response: { 200: ReplyTryResult, ...refusals },
      detail: { summary: "See what would happen if a server said this" },
    })
    .put(
      "/:key",
      ({ params, body, actor }) => {
        const rule = changeRule(system, params.key, body, clock());
        changed(actor.id, "limit_rule.change", rule.key);
        return rule;
      },
      {
        instanceAdmin: true,
        params: RuleParams,
        body: RuleInput,
        response: { 200: LimitRuleView, ...refusals },
        detail: { summary: "Change a rule or switch it on and off" },
      },
    )
    .delete(
      "/:key",
      ({ params, actor }) => {
        resetRule(system, params.key);
        changed(actor.id, "limit_rule.reset", params.key);
        return done;
      },
      {
        instanceAdmin: true,
        params: RuleParams,
        response: { 200: Done, ...refusals },
        detail: { summary: "Remove an own rule, or take a shipped one back to as it was" },
      },
    );
};
