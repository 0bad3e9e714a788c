import { type Placement, parsePlacements, placementsText } from './placements.ts';
import { type Outcome, runWorld } from './run.ts';
import { worldNamed } from './worlds.ts';

/** One run: a world, and the faults in it. */
export interface Job {
  world: string;
  placements: readonly Placement[];
  /** From 0 to 1: one more fault, drawn of the places where it could strike in a run with the others. */
  draw?: number;
}

/** Does one job, in a worker. Where a fault could strike is told only of a run without any. */
export async function work({ world: name, placements, draw }: Job): Promise<Outcome> {
  const world = worldNamed(name);
  const outcome = await runOrNote(world, placements);
  if (draw !== undefined) {
    const { placements: others } = outcome.sites;
    const drawn = others[Math.floor(draw * others.length)];
    if (drawn) return { ...(await runOrNote(world, [...placements, drawn])), sites: nowhere };
  }
  return placements.length === 0 ? outcome : { ...outcome, sites: nowhere };
}

const nowhere: Outcome['sites'] = { placements: [], counts: { call: 0, invocation: 0, event: 0 } };

/** A run that cannot go on is a finding like any other: the rest is explored all the same. */
async function runOrNote(...[world, placements]: Parameters<typeof runWorld>): Promise<Outcome> {
  try {
    return await runWorld(world, placements);
  } catch (error) {
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      findings: [{ invariant: 14, what: `The run itself ended: ${told}` }],
      placements,
      struck: placements.length,
      recoveries: { sdkRetry: false, retry: false, caught: [], rescue: false, next: false },
      sites: nowhere,
    };
  }
}

/** `capture-by-schedule create-image/ec2:CreateImage@eu-west-1#1 reply-lost + start-instance#1 killed-after` */
export function jobText({ world, placements }: Job): string {
  return [world, placementsText(placements)].filter(Boolean).join(' ');
}

/** @throws WorldUnknown or PlacementUnreadable */
export function parseJob(text: string): Job {
  const [name = '', ...rest] = text.trim().split(' ');
  const { name: world } = worldNamed(name);
  const placements = parsePlacements(rest.join(' '));
  return { world, placements };
}
