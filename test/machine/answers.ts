import { archiveAnswers } from './archive-image/answers.ts';
import { captureAnswers } from './capture-images/answers.ts';
import { rescueAnswers } from './rescue-instances/answers.ts';
import { restoreAnswers } from './restore-image/answers.ts';
import { retireAnswers } from './retire-images/answers.ts';
import type { Answers } from './world.ts';

/** The happy path of every machine, by virtual time. */
export const usualAnswers: Answers = {
  ...captureAnswers,
  ...retireAnswers,
  ...archiveAnswers,
  ...restoreAnswers,
  ...rescueAnswers,
};
