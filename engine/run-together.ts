/**
 * Runs `work` for 0 … count-1, at most `width` at a time, in order. Gives the results in that order. Rejects with the first error, after which nothing more
 * begins; work under way is for the caller to abort.
 */
export async function runTogether<T>(
  count: number,
  width: number,
  work: (index: number, lane: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  let hasFailed = false;
  const lane = async (number: number): Promise<void> => {
    while (next < count && !hasFailed) {
      try {
        const index = next++;
        results[index] = await work(index, number);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, width) }, (_, number) => lane(number)));
  return results;
}
