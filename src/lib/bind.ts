/** An operation as it is called once what it works with is bound. */
export type BoundTo<Context, Operation> = Operation extends (
  context: Context,
  ...args: infer Args
) => infer Result
  ? (...args: Args) => Result
  : never;

/** Binds an operation to what it works with. */
export const bind =
  <Context, Args extends unknown[], Result>(
    context: Context,
    operation: (context: Context, ...args: Args) => Result,
  ) =>
  (...args: Args) =>
    operation(context, ...args);
