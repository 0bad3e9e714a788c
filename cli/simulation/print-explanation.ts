import { visible } from '../../shared/domain/visible.ts';
import type { Output } from '../output.ts';
import type { ExplainedEvent, ExplainedImage, Explanation, Missed } from './explain.ts';

/** Prints lives for a person: every event with its time in UTC, every reason on a line of its own. */
export function printExplanation({ subject, kind, images, missed, withoutPolicy }: Explanation, output: Output): void {
  if (kind === 'instance') {
    output.print(
      `${output.style('bold', visible(subject))}: ${images.length} images, copies included; times are in UTC`,
    );
    if (withoutPolicy !== null) output.print(`  under no policy: ${visible(withoutPolicy)}`);
    for (const each of missed) output.print(`  ${visible(missedLine(each))}`);
  }
  for (const [index, image] of images.entries()) {
    if (kind === 'instance' || index > 0) output.print('');
    output.print(output.style('bold', visible(titleOf(image))));
    for (const line of image.events.flatMap(eventLines)) output.print(`  ${visible(line)}`);
  }
}

function missedLine({ policy, outcome, reason, message, slots: [first, last], count }: Missed): string {
  const when = count === 1 ? `at ${first}` : `${count} times from ${first} to ${last}`;
  const what =
    outcome === 'incomplete' ? `not complete under ${policy}, ${when}` : `no image under ${policy}, ${outcome} ${when}`;
  return `${what}: ${[reason, message].filter(Boolean).join(': ')}`;
}

function titleOf({ imageId, region, name, origin }: ExplainedImage): string {
  return `${name}, ${imageId} in ${region}${origin === null ? '' : `, made from ${origin}`}`;
}

const whenWidth = '2026-11-21 03:00:00'.length;
const whatWidth = 'not archived'.length;

function eventLines({ at, what, reasons, noLonger }: ExplainedEvent): string[] {
  const when = at.replace('T', ' ').replace('Z', '');
  const told = [...reasons, ...(noLonger.length > 0 ? [`(no longer: ${noLonger.join(', ')})`] : [])];
  const [first = '', ...others] = told;
  const margin = ' '.repeat(whenWidth + whatWidth + 4);
  return [`${when}  ${what.padEnd(whatWidth)}  ${first}`.trimEnd(), ...others.map((reason) => `${margin}${reason}`)];
}
