import { refuse } from './service-failure.ts';
import type { Call } from './world.ts';

interface PageRequest {
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

interface PageLimits {
  /** The wire name of the list of identifiers, where it was given: it excludes MaxResults. */
  idsGiven: string | undefined;
  least?: number;
  most: number;
  /** Used when MaxResults is absent: EC2 then gives everything, other services a page of their own size. */
  unasked?: number;
}

/** Listings that may be gone on with at one time; older tokens expire. */
const openListings = 200;

/**
 * One page of a listing. `list` gives all identifiers and is only asked for the first page: the ones that follow go on
 * with the same listing. A page may be empty and still carry a token.
 */
export function page(
  call: Call,
  input: PageRequest & object,
  limits: PageLimits,
  list: () => readonly string[],
): { ids: readonly string[]; nextToken: string | undefined } {
  const { MaxResults: size, NextToken: token, ...rest } = input;
  if (size !== undefined && limits.idsGiven) {
    refuse(
      'InvalidParameterCombination',
      `The parameter ${limits.idsGiven} cannot be used with the parameter maxResults`,
    );
  }
  if (size !== undefined && (size < (limits.least ?? 5) || size > limits.most)) {
    const bound = size > limits.most ? `less than ${limits.most}` : `greater than ${limits.least ?? 5}`;
    refuse(
      'InvalidParameterValue',
      `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value ${bound}.`,
    );
  }
  const pageSize = size ?? limits.unasked;
  if (pageSize === undefined && token === undefined) return { ids: list(), nextToken: undefined };

  const { listings } = call.region;
  const fingerprint = `${call.operation} ${JSON.stringify(rest)}`;
  const begun = token === undefined ? undefined : listings.get(token);
  if (token !== undefined && begun?.fingerprint !== fingerprint) {
    refuse('InvalidNextToken', 'The token is not valid, has expired, or belongs to another request.');
  }
  const ids = begun?.ids ?? list();
  const offset = begun?.offset ?? 0;
  const random = call.world.random.running('empty-page');
  const isEmpty = offset < ids.length && random.chance(call.world.behaviour.emptyPageProbability);
  const end = isEmpty ? offset : offset + (pageSize ?? limits.most);
  const nextToken = end < ids.length ? call.world.newId('page') : undefined;
  if (nextToken) {
    listings.set(nextToken, { fingerprint, ids, offset: end });
    for (const oldest of listings.keys()) {
      if (listings.size <= openListings) break;
      listings.delete(oldest);
    }
  }
  return { ids: ids.slice(offset, end), nextToken };
}
