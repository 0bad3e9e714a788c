import { refuse } from '../service-failure.ts';
import type { AutoScalingRecord, RegionState } from '../state.ts';

/** The group of that name; otherwise the operation ends. */
export function knownGroup(region: RegionState, name: string): AutoScalingRecord {
  return (
    region.autoScalingGroups.get(name) ?? refuse('ValidationError', `There is no Auto Scaling group named ${name}.`)
  );
}
