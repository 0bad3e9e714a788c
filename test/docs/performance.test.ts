import { describe, expect, it } from 'vitest';
import { withSection } from '../../scripts/performance-bundles.ts';

const page = '# Performance\n\nAll.\n\n## Speed\n\nFast.\n';

describe('A section of docs/performance.md that is measured alone', () => {
  it('comes before the one that is to follow it', () => {
    expect(withSection(page, ['## Bundles', 'Small.'], '## Speed')).toBe(
      '# Performance\n\nAll.\n\n## Bundles\n\nSmall.\n\n## Speed\n\nFast.\n',
    );
  });

  it('takes the place of what was measured before, and of nothing else', () => {
    const before = withSection(page, ['## Bundles', 'Large.', 'Many.'], '## Speed');
    expect(withSection(before, ['## Bundles', 'Small.'], '## Speed')).toBe(
      withSection(page, ['## Bundles', 'Small.'], '## Speed'),
    );
  });

  it('may be the last', () => {
    expect(withSection(page, ['## Speed', 'Faster.'], '## Speed')).toBe(
      '# Performance\n\nAll.\n\n## Speed\n\nFaster.\n',
    );
  });
});
