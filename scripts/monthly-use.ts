import { AsyncLocalStorage } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { loadHandlersBy, overheadMs } from '../cli/simulation/functions.ts';
import { projectDirectory } from '../cli/simulation/project.ts';
import type { Report } from '../cli/simulation/report.ts';
import { simulate } from '../cli/simulation/simulate.ts';
import type { NamedPolicy } from '../shared/domain/policy.ts';
import { defaultBehaviour } from '../simulator/behaviour.ts';
import { fleet } from './bench-world.ts';

/** What is paid for. */
export interface Use {
  stateTransitions: number;
  invocations: number;
  gigabyteSeconds: number;
  logGigabytes: number;
  metrics: number;
  copiedGigabytes: number;
}

export interface MonthlyUse {
  captures: number;
  use: Use;
  /** After the month. */
  regions: Report['regions'];
}

type Handler = (event: unknown, context: object) => Promise<unknown>;

/** Two lines of ours and three of Lambda's. */
const logBytesOfInvocation = 1500;

const settingsSchema = z.object({ memorySize: z.number() });

/** What a second month of so many instances takes: in the first, nothing is old enough to go, and every copy is whole. */
export async function monthlyUse(policy: NamedPolicy, instances: number): Promise<MonthlyUse> {
  const count = counter();
  const first = await count(policy, instances, 30);
  const both = await count(policy, instances, 60);
  const during = (figure: (of: typeof both) => number): number => figure(both) - figure(first);
  const problems = both.report.problems.length;
  if (problems > 0) throw new Error(`The simulation met ${problems} problems; its figures would be those of trouble.`);
  return {
    captures: during(({ report }) => report.policies[0]?.captured ?? 0),
    use: {
      stateTransitions: during(({ report }) => report.stateTransitions),
      invocations: during(({ invocations }) => invocations),
      gigabyteSeconds: during(({ gigabyteSeconds }) => gigabyteSeconds),
      logGigabytes: during(({ invocations }) => invocations * logBytesOfInvocation) / 2 ** 30,
      metrics: both.metrics,
      // Whatever is stored at home is copied to each other Region.
      copiedGigabytes: during(({ report }) => storedEver(report)) * (policy.copies.length / (1 + policy.copies.length)),
    },
    regions: both.report.regions,
  };
}

/** Of retired images, too. */
function storedEver({ withoutRetirement, regions }: Report): number {
  return (
    withoutRetirement?.snapshotGigabytes ?? regions.reduce((sum, { snapshotGigabytes }) => sum + snapshotGigabytes, 0)
  );
}

interface Counted {
  report: Report;
  invocations: number;
  gigabyteSeconds: number;
  metrics: number;
}

/** Handlers are loaded once in a process, so what is counted is counted by them from the first simulation on. */
function counter(): (policy: NamedPolicy, instances: number, days: number) => Promise<Counted> {
  const invoked = new AsyncLocalStorage<number>();
  let invocations = 0;
  let gigabyteSeconds = 0;
  const take = (memoryMebibytes: number, elapsedMs: number): void => {
    gigabyteSeconds += (memoryMebibytes / 1024) * (elapsedMs / 1000);
  };
  loadHandlersBy(async (name) => {
    const folder = join(projectDirectory, 'functions', name);
    const { memorySize } = settingsSchema.parse(
      // CloudFormation's short tags say nothing about memory, so they may stay unknown.
      parse(readFileSync(join(folder, 'function.yml'), 'utf8'), { logLevel: 'silent' }),
    );
    const { handler }: { handler: Handler } = await import(join(folder, 'handler.ts'));
    return {
      handler(event, context) {
        invocations++;
        take(memorySize, overheadMs);
        return invoked.run(memorySize, () => handler(event, context));
      },
    };
  });
  return async (policy, instances, days) => {
    invocations = 0;
    gigabyteSeconds = 0;
    const metrics = new Set<string>();
    const report = await simulate({
      loaded: { contents: fleet(instances), region: 'eu-west-1', accountId: '111122223333', leftOut: [], notes: [] },
      policies: [policy],
      days,
      seed: 1,
      behaviour: {
        latencyMs(operation, random) {
          const elapsedMs = defaultBehaviour.latencyMs(operation, random);
          take(invoked.getStore() ?? 0, elapsedMs);
          return elapsedMs;
        },
      },
      onMetric: ({ name, dimensions }) => metrics.add(`${name} ${JSON.stringify(dimensions)}`),
    });
    return { report, invocations, gigabyteSeconds, metrics: metrics.size };
  };
}
