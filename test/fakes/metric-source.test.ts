import { expect, it } from "vitest";
import { metricSourceContract } from "../contracts/metric-source.ts";
import { failureOf } from "../support/failure.ts";
import { aQuery, unit } from "../support/metric-values.ts";
import { createFakeMetricSource } from "./metric-source.ts";

metricSourceContract("the fake source", async () => {
  const source = createFakeMetricSource();
  source.setReading(unit("a").digest, { kind: "value", value: 3, requests: 20, coveredMs: 1_000 });
  return {
    source,
    known: aQuery({ unit: unit("a") }),
    never: aQuery({ unit: unit("b") }),
    impossible: aQuery({ metric: "custom_metric" }),
    break: () => source.setUnreachable("no route to host"),
    close: () => undefined,
  };
});

it("the fake source keeps a question until it is let go, or given up", async () => {
  const source = createFakeMetricSource();
  const open = source.hold();
  const caller = new AbortController();
  const [kept, givenUp] = [source.measure(aQuery()), source.measure(aQuery(), caller.signal)];
  caller.abort();
  expect(await failureOf(givenUp)).toMatchObject({ code: "metric/unreachable" });
  open();
  expect(await kept).toMatchObject({ kind: "none" });
  expect(source.asked).toHaveLength(2);
});
