import { table } from '../table.ts';
import { plural, reasonsOf, sum } from './phrases.ts';
import type { Report } from './report.ts';

/** What rescues did; nothing where none found anything to do. */
export function rescueLines({ rescues: { runs, instances } }: Report): string[] {
  if (runs === 0) return [];
  const columns = [
    { title: 'Instance' },
    { title: 'Name' },
    { title: 'Started again', right: true },
    { title: 'Left to its owner', right: true },
    { title: 'Needed none', right: true },
    { title: 'Failed', right: true },
    { title: 'Why' },
  ];
  const rows = instances.map(({ instanceId, name, running, stoppedByOwner, left, failed }) => [
    instanceId,
    name,
    ...[running, stoppedByOwner, left, sum(failed)].map(String),
    reasonsOf(failed),
  ]);
  const found = `${runs} ${plural('rescue', runs)} found ${instances.length} ${plural('instance', instances.length)} that a capture had left`;
  return [...table(columns, rows), found];
}
