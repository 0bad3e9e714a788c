import type { RescueItem } from '../../../shared/domain/rescue.ts';
import { runMachine, type Given as Something } from '../rig.ts';
import { startedAt } from '../world.ts';

export interface Given extends Something {
  /** Default: one. */
  readonly items?: readonly RescueItem[];
}

export const web = 'i-00000000000000001';
export const capture = 'arn:aws:states:eu-west-1:111122223333:execution:capture-images/CaptureInstances:aborted';

/** A server that stands still, and whose capture has been aborted. */
export function itemOf(changes: Partial<RescueItem> = {}): RescueItem {
  return {
    instanceId: web,
    lease: { executionId: capture, restartBy: '2026-11-21T04:50:00.000Z', launchedAt: '' },
    holder: 'capture',
    reason: 'the execution that stopped it has ended',
    overdueSince: '2026-11-21T02:59:00.000Z',
    tellsFailure: true,
    stoodStill: true,
    ...changes,
  };
}

/** Runs rescue-instances as its schedule does. */
export function run({ items = [itemOf()], ...given }: Given = {}) {
  return runMachine(
    'rescue-instances',
    { input: { scheduledAt: startedAt }, items: items.map((item) => ({ ...item })) },
    given,
  );
}
