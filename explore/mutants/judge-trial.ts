import { rulesForWatch } from '../../cli/simulation/rules-for-watch.ts';
import { watchInvariants } from '../../simulator/invariants.ts';
import { breachesIn, type Finding, leftBehind } from '../judge.ts';
import { faultOf, parsePlacement } from '../placements.ts';
import { build } from '../world.ts';
import type { Circumstances } from './mutant.ts';
import { trialWorldNamed } from './worlds.ts';

/** Runs a trial world by the code that this file lies beside, and judges what came of it as an exploration would. */
export async function judgeTrial({ world: name, placement }: Circumstances): Promise<Finding[]> {
  const { beginning, prepare, hours, lacking, archivesAll } = trialWorldNamed(name);
  const story = await build(beginning);
  const { account, clock } = story;
  const archives = watchInvariants(account, undefined, {
    ...rulesForWatch(account),
    isArchiveDue: () => archivesAll === true,
  });
  await prepare?.(story);
  if (placement !== undefined) account.faults.add(faultOf(parsePlacement(placement)));
  await clock.run(clock.now() + hours * 3_600_000);
  const unarchived = archives.breaches.filter(({ invariant }) => invariant === 9);
  return [
    ...breachesIn(story),
    ...unarchived.map(({ invariant, message }) => ({ invariant, what: message.slice(0, message.indexOf('\n')) })),
    ...leftBehind(story),
    ...lacking(story).map((what) => ({ invariant: 14, what })),
  ];
}
