import { makeSummariseRescue } from '../../../functions/summarise-rescue/task.ts';
import { type Answers, items, summaryPorts } from '../world.ts';

/** The other tasks answer as in a capture. The summary is the real task: what it makes of the Map's results matters here. */
export const rescueAnswers = {
  FindStranded: (_, world) => ({
    stranded: world.items.length,
    items: world.items.length > 0 ? items : null,
    underRescue: 0,
    unclear: [],
  }),
  // The first look finds the claim not there, the second sees it.
  ClaimInstance: (_, __, { number }) => ({ action: number === 1 ? 'claiming' : 'claimed', waitSeconds: 5 }),
  SummariseRescue: (input, world) => makeSummariseRescue(summaryPorts(world))(input),
} satisfies Partial<Answers>;
