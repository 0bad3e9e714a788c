import type { Job } from './jobs.ts';
import { type Outcome, runWorld } from './run.ts';
import type { Story } from './world.ts';
import { worldNamed } from './worlds.ts';

/** One run again, with all that changed anything, failed or was told. */
export async function replay({ world, placements }: Job): Promise<Outcome & { lines: string[] }> {
  let lines: string[] = [];
  const outcome = await runWorld(worldNamed(world), placements, (story) => {
    lines = linesOf(story);
  });
  return { ...outcome, lines };
}

function linesOf({ witness, stack, account }: Story): string[] {
  const all: { atMs: number; line: string }[] = [];
  const add = (atMs: number, line: string): void => {
    all.push({ atMs, line });
  };
  for (const { atMs, caller, service, operation, region, input, errorCode } of witness.calls) {
    const isRead = /^(Describe|Get|List|Head)/.test(operation);
    // Without a caller S3 is written to by Step Functions, which notes the results of Maps.
    if ((isRead && errorCode === undefined) || (caller === undefined && service === 's3')) continue;
    add(atMs, `${caller ?? 'a person'} ${operation} ${region} ${shortened(JSON.stringify(input))} ${errorCode ?? ''}`);
  }
  for (const { time, resources, detail, 'detail-type': type } of witness.events) {
    add(Date.parse(time), `event: ${type} ${resources.join(' ')} ${stateIn(detail)}`);
  }
  for (const { executionArn, startDate, stopDate, status, error, cause } of stack.engine.listExecutions()) {
    const name = executionArn.split(':').slice(6).join(':');
    add(startDate.getTime(), `${name} begins`);
    if (stopDate) add(stopDate.getTime(), `${name} is ${status} ${error ?? ''} ${shortened(cause ?? '')}`);
  }
  return [
    ...all
      .sort((left, right) => left.atMs - right.atMs)
      .map(({ atMs, line }) => `${new Date(atMs).toISOString()} ${line}`.trimEnd()),
    ...account.notifications.map(({ subject }) => `told: ${subject}`),
  ];
}

function stateIn({ state, State }: Record<string, unknown>): string {
  return [state, State].filter((each) => typeof each === 'string').join();
}

/** JSON is worth reading for its beginning. */
function shortened(text: string): string {
  return text.length > 160 ? `${text.slice(0, 160)}...` : text;
}
