import { archiveKey, archiveUrl } from '../../../shared/domain/archive.ts';
import { pollSeconds, secondsBetween } from '../../../shared/domain/polling.ts';
import type { Answers } from '../world.ts';

export const archiveAnswers = {
  StoreImage: ({ archive, imageId, now }) => ({
    status: 'storing',
    key: archiveKey(archive.prefix, imageId),
    refusal: '',
    waitSeconds: pollSeconds('image', now, now),
  }),
  CheckStore: ({ since, now }, { timing }) => {
    const part = Math.min(1, secondsBetween(since, now) / timing.storeSeconds);
    return {
      status: part === 1 ? 'stored' : 'storing',
      progressPercent: Math.floor(100 * part),
      reason: '',
      waitSeconds: pollSeconds('image', since, now),
    };
  },
  SetStorageClass: () => ({ status: 'done', uploadId: null, progressPercent: 100 }),
  RecordArchive: ({ bucket, key }) => ({ archivedTo: archiveUrl(bucket, key), sizeBytes: 8_000_000_000 }),
} satisfies Partial<Answers>;
