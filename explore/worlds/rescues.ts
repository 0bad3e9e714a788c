import type { ExploredWorld } from '../explored-world.ts';
import { server } from '../servers.ts';
import type { Beginning, Story } from '../world.ts';
import { keeping } from './captures.ts';
import { quick } from './common.ts';

const web = server('web');
const lease = { stoppedBy: 'ami-lifecycle:stopped-by', restartBy: 'ami-lifecycle:restart-by' } as const;

const beginning: Beginning = {
  at: '2026-11-21T03:00:00Z',
  policies: [keeping('gold')],
  servers: [web],
  behaviour: quick,
  rescuesUntil: '2026-12-31T00:00:00Z',
};

/** Begins a capture, and stands still while the instance does. */
async function standing(story: Story): Promise<void> {
  story.begin('gold');
  do await story.clock.run(story.clock.now() + 5_000);
  while (story.state(web) !== 'stopped');
}

function holder(story: Story): string {
  return story.tags(web)[lease.stoppedBy] ?? '';
}

/** By the rescue itself, or by the alarm on a rescue that did not succeed. */
function isTold({ account, stack }: Story): boolean {
  const runs = stack.engine.listExecutions({ stateMachine: 'rescue-instances' });
  return (
    account.notifications.some(({ subject }) => subject?.startsWith('Rescue')) ||
    runs.some(({ status }) => status !== 'SUCCEEDED' && status !== 'RUNNING')
  );
}

function lackingRescue(story: Story): string[] {
  return [
    ...(story.state(web) === 'running' ? [] : [`${web.id} is ${story.state(web)}.`]),
    ...Object.values(lease).flatMap((key) => (key in story.tags(web) ? [`${web.id} carries ${key}.`] : [])),
    ...(isTold(story) ? [] : [`Nobody was told that ${web.id} was rescued.`]),
  ];
}

function rescue(name: string, tells: string, begin: (story: Story) => void): ExploredWorld {
  return {
    name,
    workflow: 'rescue-instances',
    tells,
    beginning,
    prepare: standing,
    begin,
    fails: ['capture-images'],
    lastsHours: 1.5,
    lacking: lackingRescue,
    mustTell: true,
    again: () => Promise.resolve([]),
    attempts: 0,
  };
}

export const rescueWorlds: readonly ExploredWorld[] = [
  rescue('rescue-of-aborted', 'A capture is aborted while its server stands still', (story) => {
    story.account.call('states', 'StopExecution', { executionArn: holder(story) });
  }),
  rescue('rescue-of-half-lease', 'A capture is lost without a trace, and its lease without its deadline', (story) => {
    story.stack.engine.loseExecution(holder(story));
    story.account.call('ec2', 'DeleteTags', { Resources: [web.id], Tags: [{ Key: lease.restartBy }] });
  }),
];
