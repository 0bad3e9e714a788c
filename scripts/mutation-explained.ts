import type { Explanation } from './mutation.ts';

/** The mutants of the rules that survive because they change nothing that anybody could see. */
export const explained: readonly Explanation[] = [];
