import * as z from 'zod';
import type { ItemResult } from './run-files.ts';

/** What a rescue did about one instance that it had found. */
export interface RescuedInstance {
  instanceId: string;
  /** `left`: it needed no rescue any more, or is another's to rescue. */
  outcome: 'running' | 'stopped-by-owner' | 'left' | 'failed';
  /** The name of the error, and its sentence; empty where there was none. */
  error: string;
  message: string;
}

const inputSchema = z.object({ item: z.object({ instanceId: z.string() }) });
const outputSchema = z.object({ outcome: z.enum(['running', 'stopped-by-owner', 'left']) });

/** One item of a run of rescue-instances. */
export function rescuedOf({ input, output, error, message }: ItemResult): RescuedInstance {
  const { instanceId } = inputSchema.parse(input).item;
  if (error !== undefined) return { instanceId, outcome: 'failed', error, message };
  return { instanceId, outcome: outputSchema.parse(output).outcome, error: '', message: '' };
}
