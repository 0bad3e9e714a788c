import type { Image } from '@aws-sdk/client-ec2';
import { tagsOf } from '../witness.ts';

const dayMs = 86_400_000;

/** Whether an image is the newest of one of the newest weeks that have one; copies are not archived. */
export function isOneOfWeeks(image: Image, lineage: readonly Image[], weeks: number): boolean {
  if (tagsOf(image.Tags)['ami-lifecycle:origin'] !== undefined) return false;
  const counted = lineage.filter(({ State, Tags }) => {
    const tags = tagsOf(Tags);
    if (tags['ami-lifecycle:state'] === 'capturing') return false;
    const rung = tags['ami-lifecycle:rung'];
    // One that a person disabled serves nobody, and cannot be archived.
    return State === 'available' || (State === 'disabled' && rung !== undefined && !rung.endsWith(' by-hand'));
  });
  const newestOfWeek = new Map<number, Image>();
  for (const each of counted.toSorted((left, right) => slotMs(left) - slotMs(right)))
    newestOfWeek.set(weekOf(each), each);
  const newestWeeks = [...newestOfWeek.keys()].toSorted((left, right) => right - left).slice(0, weeks);
  return newestWeeks.some((week) => newestOfWeek.get(week) === image);
}

function slotMs({ Tags }: Image): number {
  const slot = tagsOf(Tags)['ami-lifecycle:slot'] ?? '';
  return Date.parse(slot.replace(/^(....)(..)(..T..)(..)Z$/, '$1-$2-$3:$4:00Z'));
}

/** Weeks begin on Mondays; the epoch began on a Thursday. */
function weekOf(image: Image): number {
  return Math.floor((slotMs(image) / dayMs + 3) / 7);
}
