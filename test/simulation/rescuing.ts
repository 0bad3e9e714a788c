import type { ExecutionDescription } from '../../engine/index.ts';
import type { Server } from '../../explore/servers.ts';
import type { Notification } from '../../simulator/state.ts';
import type { Story } from './story.ts';

export const minuteMs = 60_000;

/** The lease of an execution that nobody knows. */
export const forgotten = 'arn:aws:states:eu-west-1:111122223333:execution:capture-images/CaptureInstances:forgotten';

/** Runs of rescue-instances in the order of their start, without the executions of their instances. */
export function rescues({ stack }: Story): ExecutionDescription[] {
  return stack.engine.listExecutions({ stateMachine: 'rescue-instances' }).toReversed();
}

/** Executions that rescued one instance each. */
export function rescuers({ stack }: Story): ExecutionDescription[] {
  return stack.engine
    .listExecutions()
    .filter(({ executionArn }) => executionArn.includes(':rescue-instances/'))
    .toReversed();
}

/** What a rescue told people. */
export function toldByRescue({ account }: Story): Notification[] {
  return account.notifications.filter(({ subject }) => subject?.startsWith('Rescue'));
}

/** Stops by hand the execution that holds the lease of a server. */
export function abortHolder(story: Story, of: Server): void {
  story.account.call('states', 'StopExecution', { executionArn: holderOf(story, of), cause: 'by hand' });
}

/** Step Functions loses it, with its history and without a word. */
export function loseHolder(story: Story, of: Server): void {
  story.stack.engine.loseExecution(holderOf(story, of));
}

export function holderOf(story: Story, of: Server): string {
  const holder = story.tags(of)['ami-lifecycle:stopped-by'];
  if (holder === undefined) throw new Error(`${of.id} carries no lease.`);
  return holder;
}

export function stopByHand(story: Story, of: Server): void {
  story.account.call('ec2', 'StopInstances', { InstanceIds: [of.id] });
}

export function startByHand(story: Story, of: Server): void {
  story.account.call('ec2', 'StartInstances', { InstanceIds: [of.id] });
}
