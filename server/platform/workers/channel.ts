import { AppError, type ErrorCode, type FieldProblem, messageOf } from "../errors.ts";

/** The methods a thread offers to others; each takes one structured-cloneable argument. */
export type Methods = { [name: string]: (request: never) => unknown };

/** The other side of a thread boundary: a Worker, a MessagePort, or `self` inside a worker. */
export type Endpoint = {
  postMessage(message: unknown): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  start?: () => void;
};

/** Calls methods that another thread serves. */
export type Caller<M extends Methods> = {
  /** Resolves with the method's result, or rejects with what it threw; an AppError remains an AppError. */
  call<K extends keyof M & string>(
    name: K,
    request: Parameters<M[K]>[0],
  ): Promise<Awaited<ReturnType<M[K]>>>;
  /** Sends a call without waiting. The result is discarded, and an error is logged by the other side. */
  tell<K extends keyof M & string>(name: K, request: Parameters<M[K]>[0]): void;
  /** Rejects all pending and later calls, because the other thread has ended. */
  fail(reason: Error): void;
};

type Call = { t: "call"; id: number; name: string; request: unknown };
type Reply =
  | { t: "reply"; id: number; ok: true; value: unknown }
  | { t: "reply"; id: number; ok: false; error: WireError };
type WireError = {
  message: string;
  code?: ErrorCode;
  reason?: AppError["reason"];
  fields?: FieldProblem[];
  retryAfterSeconds?: number | undefined;
};

/**
 * Handles calls that arrive at `endpoint`.
 *
 * @param onError Called with what a method threw when nobody waits for its result.
 */
export function serve<M extends Methods>(
  endpoint: Endpoint,
  methods: M,
  onError: (name: string, error: unknown) => void,
): void {
  endpoint.addEventListener("message", ({ data }: MessageEvent<Call | Reply>) => {
    if (data.t === "call") {
      void answer(endpoint, methods, data, onError);
    }
  });
  endpoint.start?.();
}

async function answer(
  endpoint: Endpoint,
  methods: Methods,
  call: Call,
  onError: (name: string, error: unknown) => void,
): Promise<void> {
  const method = methods[call.name];
  try {
    if (method === undefined) {
      throw new Error(`this thread does not serve "${call.name}"`);
    }
    const value = await method(call.request as never);
    if (call.id !== 0) {
      endpoint.postMessage({ t: "reply", id: call.id, ok: true, value } satisfies Reply);
    }
  } catch (error) {
    if (call.id === 0) {
      onError(call.name, error);
      return;
    }
    const reply: Reply = { t: "reply", id: call.id, ok: false, error: toWire(error) };
    endpoint.postMessage(reply);
  }
}

/** Creates a caller for the methods served on the other side of `endpoint`. */
export function connect<M extends Methods>(endpoint: Endpoint): Caller<M> {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  let failure: Error | undefined;
  endpoint.addEventListener("message", ({ data }: MessageEvent<Call | Reply>) => {
    if (data.t !== "reply") {
      return;
    }
    const waiter = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.ok) {
      waiter?.resolve(data.value);
    } else {
      waiter?.reject(fromWire(data.error));
    }
  });
  endpoint.start?.();
  return {
    call(name, request) {
      if (failure !== undefined) {
        return Promise.reject(failure);
      }
      lastId += 1;
      const waiter = Promise.withResolvers<unknown>();
      waiting.set(lastId, waiter);
      endpoint.postMessage({ t: "call", id: lastId, name, request } satisfies Call);
      // The other side implements M, so the result has the method's type.
      return waiter.promise as ReturnType<Caller<M>["call"]> as never;
    },
    tell(name, request) {
      endpoint.postMessage({ t: "call", id: 0, name, request } satisfies Call);
    },
    fail(reason) {
      failure = reason;
      for (const waiter of waiting.values()) {
        waiter.reject(reason);
      }
      waiting.clear();
    },
  };
}

function toWire(error: unknown): WireError {
  if (error instanceof AppError) {
    return {
      message: error.message,
      code: error.code,
      reason: error.reason,
      fields: error.fields,
      retryAfterSeconds: error.retryAfterSeconds,
    };
  }
  return { message: messageOf(error) };
}

function fromWire(error: WireError): Error {
  if (error.code === undefined) {
    return new Error(error.message);
  }
  return new AppError(
    error.code,
    { ...error.reason, text: error.message },
    {
      fields: error.fields ?? [],
      ...(error.retryAfterSeconds === undefined
        ? {}
        : { retryAfterSeconds: error.retryAfterSeconds }),
    },
  );
}
