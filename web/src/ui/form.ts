import { useState } from "preact/hooks";
import { asProblem, type Problem } from "../problem.ts";
import { reasonWithHint } from "../refusal.ts";

/** The state of a form: values, submission and the server's errors. */
export type Form<V> = {
  values: V;
  set: <K extends keyof V>(key: K, value: V[K]) => void;
  /** Replaces all values, for example when the saved ones arrive. */
  reset: (values: V) => void;
  /** Props for a text-like field: value, onInput and the server's error for it. */
  text: (key: keyof V & string) => {
    name: string;
    value: string;
    onInput: (value: string) => void;
    error: string | undefined;
  };
  /** Props for a select. */
  choice: (key: keyof V & string) => {
    name: string;
    value: string;
    onChange: (value: string) => void;
    error: string | undefined;
  };
  errorOf: (field: string) => string | undefined;
  /** The error, unless it belongs to a field that the form shows. */
  problem: Problem | undefined;
  busy: boolean;
  /** True when the values differ from those loaded or saved. */
  dirty: boolean;
  onSubmit: (event?: Event) => unknown;
};

/**
 * A form whose fields show the server's errors.
 *
 * `submit` sends the values. When it throws, errors of fields are shown at the fields and others in `problem`. After
 * a success the values count as saved.
 */
export function useForm<V extends object>(options: {
  initial: V;
  submit: (values: V) => Promise<unknown>;
  /**
   * The path under which the API expects values that are not at the top level: `settings` for
   * `settings.style.accent`.
   */
  within?: string;
}): Form<V> {
  const [values, setValues] = useState(options.initial);
  const [saved, setSaved] = useState(options.initial);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);

  const set = <K extends keyof V>(key: K, value: V[K]) =>
    setValues((now) => ({ ...now, [key]: value }));
  const errorOf = (field: string) => fieldError(problem, field);
  const props = (key: keyof V & string) => ({
    name: key,
    value: String(values[key] ?? ""),
    error: errorOf(key),
  });
  const send = async () => {
    setBusy(true);
    setProblem(undefined);
    try {
      await options.submit(values);
      setSaved(values);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  return {
    values,
    set,
    reset: (next) => {
      setValues(next);
      setSaved(next);
      setProblem(undefined);
    },
    text: (key) => ({
      ...props(key),
      onInput: (value) => set(key, value as V[typeof key]),
    }),
    choice: (key) => ({
      ...props(key),
      onChange: (value) => set(key, value as V[typeof key]),
    }),
    errorOf,
    problem: problem?.fields.every((field) =>
      Object.hasOwn(values, topName(field.field, options.within)),
    )
      ? problem.fields.length > 0
        ? undefined
        : problem
      : problem,
    busy,
    dirty: JSON.stringify(values) !== JSON.stringify(saved),
    onSubmit: (event) => {
      event?.preventDefault();
      return busy ? undefined : send();
    },
  };
}

/** The message for one field, or those for the values of a list: what is wrong and how to fix it. */
export function fieldError(problem: Problem | undefined, field: string): string | undefined {
  const isValueOf = (name: string) =>
    name.startsWith(`${field}.`) && /^\d+$/.test(name.slice(field.length + 1));
  const exact = problem?.fields.find((one) => one.field === field);
  const found =
    exact === undefined ? (problem?.fields.filter((one) => isValueOf(one.field)) ?? []) : [exact];
  return found.length === 0 ? undefined : found.map(reasonWithHint).join(" ");
}

function topName(field: string, within: string | undefined): string {
  const [first = field, second = first] = field.split(".");
  return first === within ? second : first;
}
