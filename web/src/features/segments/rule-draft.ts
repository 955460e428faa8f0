import type { Choices, Condition, Rule } from "./use-segments.ts";

/** A rule being edited. Every node has an id that stays the same when other nodes are added or removed. */
export type GroupDraft = { id: number; op: "and" | "or" | "nor"; nodes: Draft[] };
export type ConditionDraft = { id: number; condition: Condition };
export type Draft = GroupDraft | ConditionDraft;

/** The functions that parts of the builder use to change the draft. */
export type RuleEditing = {
  choices: Choices;
  /** The problem of each node, by its id. */
  problems: Map<number, string>;
  /** Changes a node; undefined removes it. */
  change: (id: number, change: (node: Draft) => Draft | undefined) => void;
};

let lastId = 0;
const newId = (): number => {
  lastId += 1;
  return lastId;
};

export const isGroupDraft = (draft: Draft): draft is GroupDraft => "nodes" in draft;

export const newGroup = (nodes: Draft[] = []): GroupDraft => ({ id: newId(), op: "and", nodes });

export const newCondition = (condition: Condition): ConditionDraft => ({ id: newId(), condition });

/** The outermost group of a stored rule. */
export function draftOf(rule: Rule): GroupDraft {
  const draft = nodeOf(rule);
  return isGroupDraft(draft) ? draft : newGroup([draft]);
}

function nodeOf(rule: Rule): Draft {
  if (!("op" in rule)) {
    return newCondition(rule);
  }
  if (rule.op === "not") {
    const inner = nodeOf(rule.rule);
    const nodes = isGroupDraft(inner) && inner.op === "or" ? inner.nodes : [inner];
    return { id: newId(), op: "nor", nodes };
  }
  return { id: newId(), op: rule.op, nodes: rule.rules.map(nodeOf) };
}

/** Converts a draft to a rule, and maps each path in it to its node. Undefined if the draft has no condition. */
export function ruleOf(draft: Draft): { rule: Rule; paths: Map<string, number> } | undefined {
  const paths = new Map<string, number>();
  const rule = build(draft, "rule", paths);
  return rule === undefined ? undefined : { rule, paths };
}

function build(draft: Draft, path: string, paths: Map<string, number>): Rule | undefined {
  paths.set(path, draft.id);
  if (!isGroupDraft(draft)) {
    return draft.condition;
  }
  const inner = draft.op === "nor" ? `${path}.rule` : path;
  const rules: Rule[] = [];
  for (const node of draft.nodes) {
    const rule = build(node, `${inner}.rules.${rules.length}`, paths);
    if (rule !== undefined) {
      rules.push(rule);
    }
  }
  if (rules.length === 0) {
    return undefined;
  }
  return draft.op === "nor" ? { op: "not", rule: { op: "or", rules } } : { op: draft.op, rules };
}

/** The node that a problem concerns: the one with the longest path that is a prefix of the problem's field. */
export function nodeAt(paths: Map<string, number>, field: string): number | undefined {
  const parts = field.split(".");
  for (let length = parts.length; length > 0; length--) {
    const id = paths.get(parts.slice(0, length).join("."));
    if (id !== undefined) {
      return id;
    }
  }
  return undefined;
}

/** The draft with one node changed. `change` returns undefined to remove it. */
export function changeNode(
  group: GroupDraft,
  id: number,
  change: (node: Draft) => Draft | undefined,
): GroupDraft {
  if (group.id === id) {
    const changed = change(group);
    return changed !== undefined && isGroupDraft(changed) ? changed : { ...group, nodes: [] };
  }
  return {
    ...group,
    nodes: group.nodes.flatMap((node) => {
      if (node.id === id) {
        return change(node) ?? [];
      }
      return isGroupDraft(node) ? changeNode(node, id, change) : node;
    }),
  };
}
