import { isLifecycleError } from './errors.ts';

/** Who needs an image: for each image that somebody needs, a sentence for each of them. */
export type Uses = ReadonlyMap<string, readonly string[]>;

/** Joins what several sources know; nothing is said twice. */
export function mergedUses(...all: readonly Uses[]): Uses {
  const merged = new Map<string, string[]>();
  for (const [imageId, sentences] of all.flatMap((uses) => [...uses])) {
    merged.set(imageId, [...new Set([...(merged.get(imageId) ?? []), ...sentences])]);
  }
  return merged;
}

/**
 * Asks every Region for the images that are being copied into it.
 * @returns what they answered, and the Regions that did not
 */
export async function copyingInto(
  regions: readonly string[],
  ask: (region: string) => Promise<Uses>,
): Promise<{ uses: Uses; unknown: string[] }> {
  const answers: Uses[] = [];
  const unknown: string[] = [];
  for (const region of regions) {
    try {
      answers.push(await ask(region));
    } catch (error) {
      if (!isLifecycleError(error, 'EvidenceIncomplete')) throw error;
      unknown.push(region);
    }
  }
  return { uses: mergedUses(...answers), unknown };
}
