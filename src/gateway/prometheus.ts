/** The counters as Prometheus reads them (text format 0.0.4). */

import type { Counter, Counters } from "./counters.ts";

/** Whether an instance is asked. */
export interface Health {
  readonly origin: string;
  readonly isEjected: boolean;
}

/** Everything the gateway knows in numbers. */
export function renderMetrics(counters: Counters, upstreams: readonly Health[]): string {
  const all = [...counters.all()];
  return [
    ...family(
      "pinion_gateway_requests_total",
      "counter",
      "Requests by the status they were answered with; 499: the caller went away.",
      all.flatMap(requestLines),
    ),
    ...family(
      "pinion_gateway_errors_total",
      "counter",
      "Requests answered with 500 and above, or not at all.",
      lines("pinion_gateway_errors_total", all, "errors"),
    ),
    ...family(
      "pinion_gateway_in_flight",
      "gauge",
      "Requests and WebSockets that are open now.",
      lines("pinion_gateway_in_flight", all, "inFlight"),
    ),
    ...family(
      "pinion_gateway_request_duration_seconds",
      "histogram",
      "Time from the request to the end of its answer.",
      all.flatMap(histogramLines),
    ),
    ...family(
      "pinion_gateway_instance_up",
      "gauge",
      "0 while an instance is left out because it refused connections.",
      upstreams.map(upLine),
    ),
    "",
  ].join("\n");
}

function family(name: string, type: string, help: string, samples: readonly string[]): readonly string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples];
}

function lines(name: string, counters: readonly Counter[], field: "errors" | "inFlight"): readonly string[] {
  return counters.map((counter) => `${name}{${labels(counter)}} ${counter[field]}`);
}

function requestLines(counter: Counter): readonly string[] {
  return [...counter.byStatus].map(([status, count]) => `pinion_gateway_requests_total{${labels(counter)},code="${status}"} ${count}`);
}

function histogramLines(counter: Counter): readonly string[] {
  const name = "pinion_gateway_request_duration_seconds";
  const bound = (leMs: number) => (leMs === Number.MAX_SAFE_INTEGER ? "+Inf" : String(leMs / 1000));
  return [
    ...counter.cumulative().map(({ leMs, count }) => `${name}_bucket{${labels(counter)},le="${bound(leMs)}"} ${count}`),
    `${name}_sum{${labels(counter)}} ${counter.latencySumMs / 1000}`,
    `${name}_count{${labels(counter)}} ${counter.requests}`,
  ];
}

function upLine(upstream: Health): string {
  return `pinion_gateway_instance_up{origin="${escape(upstream.origin)}"} ${upstream.isEjected ? 0 : 1}`;
}

function labels({ labels: { environment, process, version, digest, instance } }: Counter): string {
  const pairs = { environment, process, version, digest, instance };
  return Object.entries(pairs)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join(",");
}

function escape(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
