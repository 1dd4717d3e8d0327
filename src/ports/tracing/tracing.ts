/**
 * Where time goes, followed from a request through its commits to what handles their hints. Without a collector
 * nothing of this is loaded, and nothing is paid.
 */

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  attributes?: Attributes;
  /** What led to this, as `current` told it. */
  links?: readonly string[];
}

export interface OpenSpan {
  /** Spans begun within, however late, become its children. */
  run<Result>(work: () => Result): Result;
  end(outcome?: { attributes?: Attributes; error?: unknown }): void;
}

export interface Tracing {
  /** A child of the span it is begun in, or the first of its trace. */
  begin(name: string, options?: SpanOptions): OpenSpan;
  /** The running span as W3C `traceparent`; undefined where there is none, or none that is kept. */
  current(): string | undefined;
  /** Hands over what has ended. */
  close(): Promise<void>;
}

/** The work in a span of its own. */
export async function traced<Result>(
  tracing: Tracing,
  name: string,
  options: SpanOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const span = tracing.begin(name, options);
  try {
    const result = await span.run(work);
    span.end();
    return result;
  } catch (error) {
    span.end({ error });
    throw error;
  }
}
