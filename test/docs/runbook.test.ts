import { describe, expect, it } from 'vitest';
import { alarmSections } from '../../monitoring/alarms.ts';
import { runbookHeadings } from '../package/findings/alarms.ts';

describe('docs/runbook.md', () => {
  it('has a section for each alarm, and none for an alarm that there is not', () => {
    expect(runbookHeadings()).toEqual([...alarmSections]);
  });
});
