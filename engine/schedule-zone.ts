import { Temporal } from 'temporal-polyfill';

/** A stretch of time during which a zone keeps one offset from UTC; `untilMs` is exclusive, Infinity if for good. */
interface Stretch {
  fromMs: number;
  untilMs: number;
  offsetMs: number;
}

/** One clock change: at `atMs` the zone's offset goes from `beforeMs` to `afterMs`, both milliseconds east of UTC. */
export interface Transition {
  atMs: number;
  beforeMs: number;
  afterMs: number;
}

/**
 * A time zone for arithmetic with plain numbers. A `local` time is what the wall clock shows, written as the epoch
 * milliseconds at which UTC shows the same.
 */
export interface Zone {
  toLocal(epochMs: number): number;
  /** The first instant at which the clock shows `localMs`; undefined when a clock change skips that time. */
  toEpoch(localMs: number): number | undefined;
  /** The clock changes after `fromMs` up to and including `untilMs`. */
  transitions(fromMs: number, untilMs: number): Transition[];
}

/** No clock has stood further than this from UTC since 1970: twice it, around an instant, spans a clock change. */
const widestOffsetMs = 15 * 3_600_000;

const zones = new Map<string, Zone>();

/**
 * The zone of an IANA name; zones are cached, for they are costly to read.
 * @throws RangeError when the runtime does not know the name
 */
export function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  // Temporal takes offsets such as +01:00 for zones; EventBridge Scheduler takes names of the IANA database only.
  if (!/^[A-Za-z]/.test(name)) throw new RangeError(`'${name}' is no time zone of the IANA database`);
  const zone = readZone(name);
  zone.toLocal(0);
  zones.set(name, zone);
  return zone;
}

function readZone(name: string): Zone {
  const stretches: Stretch[] = [];
  let latest: Stretch | undefined;

  /** Simulations ask for neighbouring instants millions of times: the latest answer nearly always serves again. */
  function stretchAt(epochMs: number): Stretch {
    if (latest && latest.fromMs <= epochMs && epochMs < latest.untilMs) return latest;
    let stretch = stretches.find(({ fromMs, untilMs }) => fromMs <= epochMs && epochMs < untilMs);
    if (!stretch) {
      stretch = readStretch(name, epochMs);
      stretches.push(stretch);
    }
    latest = stretch;
    return stretch;
  }

  const offsetAt = (epochMs: number): number => stretchAt(epochMs).offsetMs;

  return {
    toLocal: (epochMs) => epochMs + offsetAt(epochMs),
    toEpoch(localMs) {
      const before = offsetAt(localMs - widestOffsetMs);
      const after = offsetAt(localMs + widestOffsetMs);
      // The greater offset gives the earlier instant, so it is tried first: a repeated time counts where it first comes.
      for (const offsetMs of [Math.max(before, after), Math.min(before, after)]) {
        if (offsetAt(localMs - offsetMs) === offsetMs) return localMs - offsetMs;
      }
      return undefined;
    },
    transitions(fromMs, untilMs) {
      const found: Transition[] = [];
      let stretch = stretchAt(fromMs);
      while (stretch.untilMs <= untilMs) {
        const next = stretchAt(stretch.untilMs);
        found.push({ atMs: stretch.untilMs, beforeMs: stretch.offsetMs, afterMs: next.offsetMs });
        stretch = next;
      }
      return found;
    },
  };
}

function readStretch(name: string, epochMs: number): Stretch {
  const here = Temporal.Instant.fromEpochMilliseconds(epochMs).toZonedDateTimeISO(name);
  // 'previous' looks strictly before: a nanosecond later, a change at this very instant is found too.
  const from = here.add({ nanoseconds: 1 }).getTimeZoneTransition('previous');
  const until = here.getTimeZoneTransition('next');
  return {
    fromMs: from?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    untilMs: until?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
    offsetMs: here.offsetNanoseconds / 1e6,
  };
}
