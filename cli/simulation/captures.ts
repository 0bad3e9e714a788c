import * as z from 'zod';
import { imageName } from '../../shared/domain/naming.ts';
import { policyWords } from '../../shared/domain/selection.ts';
import { tagKeys } from '../../shared/domain/tags.ts';
import type { ItemResult } from './run-files.ts';

/** What became of one instance under one policy in one run. */
export interface Capture {
  policy: string;
  instanceId: string;
  slot: string;
  outcome: 'captured' | 'skipped' | 'failed';
  /** Why it was captured as it was, skipped, or the name of the error. */
  reason: string;
  /** The error's sentence; empty where all went well. */
  message: string;
  /** What its owner should know of the capture. */
  notices: string[];
  /** Its image was made, even if something went wrong after that. */
  hasImage: boolean;
}

const itemSchema = z.object({ instanceId: z.string(), slot: z.string(), policy: z.object({ name: z.string() }) });
const outcomeSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('captured'),
    consistency: z.string(),
    reason: z.string(),
    notices: z.array(z.string()).default([]),
  }),
  z.object({ outcome: z.literal('skipped'), reason: z.string() }),
]);
const startSchema = z.union([
  z.object({ policy: z.string() }),
  z.object({ detail: z.object({ tags: z.record(z.string(), z.string()) }) }),
]);

/** The policies that a run was started for. By hand or by schedule it names one; a tagging names some in the tag. */
export function policiesOf(input: string | null): string[] {
  const started = startSchema.parse(JSON.parse(input ?? 'null'));
  return 'policy' in started ? [started.policy] : policyWords(started.detail.tags[tagKeys.policy] ?? '');
}

/**
 * One item of a run of capture-images.
 * @param hasImage whether an image of that name is there
 */
export function captureOf({ input, output, error, message }: ItemResult, hasImage: (name: string) => boolean): Capture {
  const { instanceId, slot, policy } = itemSchema.parse(input);
  const item = { policy: policy.name, instanceId, slot };
  if (error !== undefined) {
    const isMade = hasImage(imageName(policy.name, instanceId, slot));
    return { ...item, outcome: 'failed', reason: error, message, notices: [], hasImage: isMade };
  }
  const captured = outcomeSchema.parse(output);
  const { outcome, reason } = captured;
  if (outcome === 'skipped') return { ...item, outcome, reason, message: '', notices: [], hasImage: false };
  // That the policy asked for it needs no saying.
  const how = reason === 'policy' ? captured.consistency : `${captured.consistency} (${reason})`;
  return { ...item, outcome, reason: how, message: '', notices: captured.notices, hasImage: true };
}
