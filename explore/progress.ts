import process from 'node:process';
import type { Output } from '../cli/output.ts';
import { progressBar } from '../cli/progress.ts';

export interface Progress {
  /** @param done the share that is done, from 0 to 1; @param broken how much of it broke a promise */
  readonly show: (done: number, broken: number) => void;
  readonly end: () => void;
}

/**
 * A bar on a terminal; elsewhere a line for each tenth of the way, as an exploration takes long and its reader may be a log.
 * @param doing as `exploring`
 */
export function explorationProgress(doing: string, { complain }: Output): Progress {
  const bar = progressBar(doing);
  let tenths = 0;
  return {
    show(done, broken) {
      bar.show(done);
      if (process.stderr.isTTY || Math.floor(done * 10) <= tenths) return;
      tenths = Math.floor(done * 10);
      complain(`${doing}: ${tenths * 10} %, ${broken} with a breach`);
    },
    end: bar.end,
  };
}
