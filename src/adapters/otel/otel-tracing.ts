import { AsyncLocalStorage } from 'node:async_hooks';
import { type Link, ROOT_CONTEXT, type Span, SpanStatusCode, TraceFlags, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import type { OpenSpan, SpanOptions, Tracing } from '../../ports/tracing/tracing.ts';

export interface OtelOptions {
  /** The collector's address without a path: `http://127.0.0.1:4318`. */
  url: string;
  /** How many of a hundred requests are followed. */
  percent: number;
  attributes: Readonly<Record<string, string>>;
}

/** Spans that wait for the collector; beyond, they are thrown away. */
const waitingMax = 4096;
const sendEveryMs = 2000;
const sendTimeoutMs = 5000;
const closeTimeoutMs = 2000;

/** Sends spans to a collector by OTLP over HTTP. One that is away costs nothing but the spans. */
export function otelTracing({ url, percent, attributes }: OtelOptions): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${url.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: sendTimeoutMs,
  });
  const processor = new BatchSpanProcessor(exporter, {
    maxQueueSize: waitingMax,
    scheduledDelayMillis: sendEveryMs,
    exportTimeoutMillis: sendTimeoutMs,
  });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes(attributes),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(percent / 100) }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('kith');
  const running = new AsyncLocalStorage<Span>();
  return {
    begin(name, { attributes: given = {}, links = [] }: SpanOptions = {}): OpenSpan {
      const parent = running.getStore();
      const context = parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
      const span = tracer.startSpan(
        name,
        { attributes: { ...given }, links: links.flatMap(linkOf) },
        context,
      );
      return {
        run: (work) => running.run(span, work),
        end({ attributes: found, error } = {}) {
          if (found) span.setAttributes({ ...found });
          if (error !== undefined) {
            // What went wrong by its kind only: messages may name people.
            const message = error instanceof Error ? error.name : 'failed';
            span.setStatus({ code: SpanStatusCode.ERROR, message });
          }
          span.end();
        },
      };
    },
    current() {
      const context = running.getStore()?.spanContext();
      if (!context || (context.traceFlags & TraceFlags.SAMPLED) === 0) return undefined;
      return `00-${context.traceId}-${context.spanId}-01`;
    },
    async close() {
      // One that is away would be tried again and again.
      const patience = new Promise((resolve) => setTimeout(resolve, closeTimeoutMs).unref());
      await Promise.race([provider.shutdown().catch(() => {}), patience]);
    },
  };
}

const traceparent = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/;

function linkOf(text: string): Link[] {
  const [, traceId, spanId] = traceparent.exec(text) ?? [];
  if (!traceId || !spanId) return [];
  return [{ context: { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true } }];
}
