import { createStack } from '../cli/simulation/stack.ts';
import { virtualClock } from '../engine/clock.ts';
import { createAccount } from '../simulator/account.ts';

/** What one look for stranded instances takes that finds none: simulations leave these out, AWS is paid for them. */
export async function idleLook(): Promise<{ transitions: number }> {
  const clock = virtualClock('2026-11-21T00:00:00Z');
  const account = createAccount({ accountId: '111122223333', homeRegion: 'eu-west-1', clock, seed: 1 });
  const stack = await createStack({ account, clock, seed: 1, policies: [] });
  const executionArn = stack.rescue();
  await clock.run();
  const { status, cause } = stack.engine.describeExecution(executionArn);
  if (status !== 'SUCCEEDED') throw new Error(`The look ended ${status}: ${cause ?? ''}`);
  return { transitions: stack.engine.transitions(executionArn) };
}
