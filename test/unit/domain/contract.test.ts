import { describe, expect, it } from 'vitest';
import { parts } from '../../../shared/domain/contract.ts';

describe('an instant', () => {
  it.each(['2000-01-01T00:00:00Z', '2026-11-21T03:00:00.000Z', '2026-11-21T04:00:00+01:00', '2189-12-31T23:59:59Z'])(
    'is taken that reads %s',
    (text) => {
      expect(parts.instant.safeParse(text).success).toBe(true);
    },
  );

  it.each(['', '2026', 'now', '2026-11-21', '1999-12-31T23:59:59Z', '2190-01-01T00:00:00Z', '2026-02-30T00:00:00Z'])(
    'is refused that reads %j',
    (text) => {
      expect(parts.instant.safeParse(text).success).toBe(false);
    },
  );
});
