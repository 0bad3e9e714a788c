import * as z from 'zod';
import type { Execution, Run as MachineRun } from '../report.ts';
import { runMachine, type Given as Something, type Told } from '../rig.ts';
import { gold, startedAt } from '../world.ts';
import { web } from './answers.ts';

export interface Given extends Something {
  /** Default: one. */
  readonly instanceIds?: readonly string[];
}

/** A capture: the child execution of one instance. */
interface Capture extends Execution {
  readonly instanceId: string;
}

interface Run extends MachineRun, Told {
  /** In the order of the instances. */
  readonly captures: readonly Capture[];
}

/** Runs capture-images; by default for one instance, as the policy's schedule does. */
export async function run(given: Given = {}): Promise<Run> {
  const { policy = gold(), instanceIds = [web] } = given;
  const items = instanceIds.map((instanceId) => ({ policy: policy.name, instanceId }));
  const done = await runMachine(
    'capture-images',
    { input: { policy: policy.name, scheduledAt: startedAt }, items },
    given,
  );
  return {
    ...done,
    captures: done.children.map((child) => ({
      ...child,
      instanceId: z.object({ instanceId: z.string() }).parse(child.input).instanceId,
    })),
  };
}

/** A run of one instance: its capture. */
export async function capture(given: Omit<Given, 'instanceIds'> = {}): Promise<Capture> {
  const { captures } = await run(given);
  const [only] = captures;
  if (!only) throw new Error('The run ended before it came to the instance.');
  return only;
}
