import { pollSeconds, secondsBetween } from '../../../shared/domain/polling.ts';
import { type Answers, imageId } from '../world.ts';

/** CheckImage answers as in a capture. */
export const restoreAnswers = {
  WakeArchive: ({ since, now }, { timing }) => ({
    status: secondsBetween(since, now) >= timing.wakeSeconds ? 'ready' : 'waking',
    waitSeconds: pollSeconds('image', since, now),
  }),
  RestoreImage: ({ now }) => ({ imageId, adopted: false, waitSeconds: pollSeconds('image', now, now) }),
  DiscardRestore: () => ({ discarded: true }),
  ApplyArchiveRecord: () => ({ notRestored: [] }),
} satisfies Partial<Answers>;
