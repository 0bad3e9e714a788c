import { unknownWord } from '../cli/nearest.ts';
import type { Fault } from '../simulator/faults.ts';
import { catalogue } from './catalogue.ts';

/** A fault at one moment of a run. */
export interface Placement {
  /** `create-image/ec2:CreateImage@eu-west-1`, `create-image`, `event:Tag Change on Resource@eu-west-1`. */
  at: string;
  /** Which time, from 1 on. */
  nth: number;
  /** The fault's word in the catalogue. */
  word: string;
}

/** `create-image/ec2:CreateImage@eu-west-1#1 reply-lost` */
export function placementText({ at, nth, word }: Placement): string {
  return `${at}#${nth} ${word}`;
}

/** What stands between two placements of one run. */
const and = ' + ';

export function placementsText(placements: readonly Placement[]): string {
  return placements.map(placementText).join(and);
}

/** @throws PlacementUnreadable */
export function parsePlacements(text: string): Placement[] {
  return text.split(and).filter(Boolean).map(parsePlacement);
}

/** @throws PlacementUnreadable that says what is wrong with it */
export function parsePlacement(text: string): Placement {
  const [, at, nth, word] = /^(.+)#(\d+) (\S+)$/.exec(text.trim()) ?? [];
  if (at === undefined || nth === undefined || word === undefined) {
    throw new PlacementUnreadable(`'${text}' is no placement; write it as '${placementText(example)}'`);
  }
  faultOf({ at, nth: Number(nth), word });
  return { at, nth: Number(nth), word };
}

export class PlacementUnreadable extends Error {
  override readonly name = 'PlacementUnreadable';
}

const example: Placement = { at: 'create-image/ec2:CreateImage@eu-west-1', nth: 1, word: 'reply-lost' };

/** The fault as the account takes it. */
export function faultOf({ at, nth, word }: Placement): Fault {
  const entry = catalogue.find((each) => each.word === word);
  if (!entry) {
    const words = catalogue.map((each) => each.word);
    throw new PlacementUnreadable(unknownWord('fault', word, words));
  }
  return { fault: entry.fault, ...conditionsOf(at), nth, ...entry.settings };
}

function conditionsOf(at: string): Pick<Fault, 'function' | 'service' | 'operation' | 'region'> {
  const [, event, eventRegion] = /^event:(.+)@(.+)$/.exec(at) ?? [];
  if (event !== undefined && eventRegion !== undefined) return { operation: event, region: eventRegion };
  const [, name, service, operation, region] = /^([^/]+)\/([^:]+):([^@]+)@(.+)$/.exec(at) ?? [];
  if (name === undefined || service === undefined || operation === undefined || region === undefined) {
    return { function: at };
  }
  return { function: name, service, operation, region };
}
