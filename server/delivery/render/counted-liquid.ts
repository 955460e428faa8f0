import {
  CaseTag,
  Context,
  defaultOperators,
  type Emitter,
  type FilterImplOptions,
  IfTag,
  Liquid,
  LiquidError,
  type LiquidOptions,
  RenderError,
  type Template,
  toValue,
  UnlessTag,
} from "liquidjs";
import { type Budget, weightOf } from "./budget.ts";

// A Liquid engine that counts everything a template can repeat. Liquid's own limits do not cover filters that evaluate
// an expression per item, text stored by a capture, or comparisons of lists.

type Filter = Extract<FilterImplOptions, (...args: never) => unknown>;

/** Extra steps per item when a filter evaluates or looks up something for each item. */
const STEPS_PER_EVALUATED_ITEM = 4;
const CHARS_PER_STEP = 16;
const TAG_CHARS_PER_STEP = 64;

/** The variables of one message's templates. Every value that is read counts towards the budget. */
export class CountedContext extends Context {
  readonly budget: Budget;
  readonly #engine: Liquid;
  readonly #ours: ((name: string) => string | undefined) | undefined;

  constructor(
    scope: object,
    engine: Liquid,
    budget: Budget,
    ours?: (name: string) => string | undefined,
  ) {
    const limits = { liquid: engine, ...limitersOf(budget) };
    super(scope, engine.options, { sync: true }, limits);
    this.budget = budget;
    this.#engine = engine;
    this.#ours = ours;
  }

  override *_get(paths: Parameters<Context["_get"]>[0]): IterableIterator<unknown> {
    const [name] = paths;
    const own = typeof name === "string" && name.startsWith("__") ? this.#ours?.(name) : undefined;
    if (own !== undefined) {
      this.budget.step();
      return own;
    }
    return yield* super._get(paths);
  }

  override *_getFromScope(
    scope: unknown,
    paths: Parameters<Context["_getFromScope"]>[1],
    strictVariables?: boolean,
  ): IterableIterator<unknown> {
    const value: unknown = yield* super._getFromScope(scope, paths, strictVariables);
    this.budget.read(value);
    return value;
  }

  override spawn(scope: object = {}): CountedContext {
    return new CountedContext(scope, this.#engine, this.budget);
  }
}

// Liquid's `renderLimit` measures time, which would fail valid messages on a busy machine, so the renderer below counts
// steps instead. Liquid calls `memoryLimit` before it creates a range, a filter result or a date.
function limitersOf(budget: Budget): Pick<Context, "memoryLimit" | "renderLimit"> {
  const memory: Pick<Context["memoryLimit"], "use" | "check"> = {
    use: (count) => {
      if (count > 0) {
        budget.chars(count);
        budget.step(Math.ceil(count / CHARS_PER_STEP));
      }
    },
    check: () => {},
  };
  const none: typeof memory = { use: () => {}, check: () => {} };
  return {
    memoryLimit: memory as Context["memoryLimit"],
    renderLimit: none as Context["renderLimit"],
  };
}

/**
 * Creates a Liquid engine whose tags, filters and operators count their work in the budget of their `CountedContext`.
 * Filters registered later are not counted unless wrapped in `countedFilter`.
 *
 * @param textOf Converts a value to text.
 */
export function newCountedLiquid(
  options: LiquidOptions,
  textOf: (value: unknown) => string,
): Liquid {
  const engine = new Liquid({ ...options, operators: countedOperators() });
  for (const [name, filter] of Object.entries(engine.filters)) {
    if (typeof filter === "function") {
      engine.registerFilter(name, countedFilter(filter));
    }
  }
  engine.registerTag("if", CountedIf);
  engine.registerTag("unless", CountedUnless);
  engine.registerTag("case", CountedCase);
  engine.renderer.renderTemplates = (templates, context, emitter) =>
    renderCounted(templates, counted(context), emitter, textOf);
  return engine;
}

function* renderCounted(
  templates: Template[],
  context: CountedContext,
  given: Emitter | undefined,
  textOf: (value: unknown) => string,
): IterableIterator<unknown> {
  const emitter = given ?? newEmitter(context.budget, textOf);
  context.budget.step();
  context.budget.down();
  for (const template of templates) {
    try {
      const { begin, end } = template.token;
      context.budget.step(1 + Math.floor((end - begin) / TAG_CHARS_PER_STEP));
      const text: unknown = yield template.render(context, emitter);
      if (text) {
        emitter.write(text);
      }
      if (context.breakCalled || context.continueCalled) {
        break;
      }
    } catch (error) {
      throw LiquidError.is(error) ? error : new RenderError(error as Error, template);
    }
  }
  context.budget.up();
  return emitter.buffer;
}

function newEmitter(budget: Budget, textOf: (value: unknown) => string): Emitter {
  const emitter: Emitter = {
    buffer: "",
    write(value: unknown) {
      const text = textOf(toValue(value));
      budget.chars(text.length);
      emitter.buffer += text;
    },
  };
  return emitter;
}

/** Wraps a filter so that its input and output count towards the budget. */
export function countedFilter(filter: Filter): Filter {
  return function* counts(this: ThisParameterType<Filter>, value: unknown, ...args: unknown[]) {
    const { budget } = counted(this.context);
    budget.read(args);
    budget.read(value);
    if (Array.isArray(value) && args.length > 0) {
      // The arguments may be an expression, a path or a separator that the filter reads again for each item.
      const each = STEPS_PER_EVALUATED_ITEM + weightOf(args, value.length);
      budget.step(value.length * each);
    }
    const result: unknown = yield filter.call(this, value, ...args);
    budget.read(result);
    return result;
  };
}

type Operator = (left: unknown, right: unknown, context?: unknown) => unknown;

function countedOperators(): NonNullable<LiquidOptions["operators"]> {
  const operators = Object.entries(defaultOperators).map(([name, original]) => {
    const operator = original as Operator;
    const compares = name === "==" || name === "!=" || name === "contains";
    // Liquid calls `not` with (value, context) and all other operators with (left, right, context).
    const run: Operator = (left, right, context) => {
      const { budget } = counted(name === "not" ? right : context);
      budget.step();
      if (compares) {
        budget.read(left);
        budget.read(right);
      }
      return operator(left, right, context);
    };
    return [name, run];
  });
  return Object.fromEntries(operators);
}

// A branch is not a template of its own, so the renderer cannot count how many conditions are evaluated.
class CountedIf extends IfTag {
  override *render(context: Context, emitter: Emitter): Generator<unknown, void, string> {
    counted(context).budget.step(this.branches.length);
    yield* super.render(context, emitter);
  }
}

class CountedUnless extends UnlessTag {
  override *render(context: Context, emitter: Emitter): Generator<unknown, unknown, unknown> {
    counted(context).budget.step(this.branches.length);
    return yield* super.render(context, emitter);
  }
}

class CountedCase extends CaseTag {
  override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
    const values = this.branches.reduce((sum, branch) => sum + branch.values.length, 0);
    counted(context).budget.step(values);
    yield* super.render(context, emitter);
  }
}

function counted(context: unknown): CountedContext {
  if (!(context instanceof CountedContext)) {
    throw new Error("a template was rendered without a budget");
  }
  return context;
}
