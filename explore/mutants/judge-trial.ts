import { watchFalseWords } from '../false-words.ts';
import { breachesIn, type Finding, leftBehind } from '../judge.ts';
import { faultOf, parsePlacements } from '../placements.ts';
import { live } from '../random/life.ts';
import { runWorld } from '../run.ts';
import { watchStanding } from '../standing.ts';
import { build } from '../world.ts';
import { worlds } from '../worlds.ts';
import type { Circumstances } from './mutant.ts';
import { randomWorldNamed } from './random-worlds.ts';
import { trialWorldNamed } from './worlds.ts';

/**
 * Runs a world by the code that this file lies beside. One that is explored is judged by the explorer itself: rest, telling,
 * convergence and all; so is a random one. A trial world is watched for its hours, and then by what it must never break and must
 * have brought about; it says nothing of what is told, nor of what further attempts would mend.
 */
export async function judgeTrial({ world: name, placement }: Circumstances): Promise<Finding[]> {
  const placements = parsePlacements(placement ?? '');
  const explored = worlds.find((world) => world.name === name);
  if (explored) return (await runWorld(explored, placements)).findings;
  const random = randomWorldNamed(name);
  if (random) return (await live(random)).findings;
  const { beginning, prepare, hours, lacking } = trialWorldNamed(name);
  const story = await build(beginning);
  const { account, clock } = story;
  const standing = watchStanding(account, story.witness.watch);
  const falseWords = watchFalseWords(account);
  await prepare?.(story);
  for (const each of placements) account.faults.add(faultOf(each));
  await clock.run(clock.now() + hours * 3_600_000);
  return [
    ...breachesIn(story.witness.watch),
    ...standing,
    ...falseWords,
    ...leftBehind(story),
    ...lacking(story).map((what) => ({ invariant: 14, what })),
  ];
}
