const mostCharacters = 100;

/**
 * The candidate that `word` was probably meant to be: the one with the fewest edits (insert, drop, change, swap
 * neighbours; case does not count), if these are few for its length.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  // Nobody means a field or a zone by what is as long as this; and every candidate takes its length in steps.
  if (word.length > mostCharacters) return undefined;
  const most = Math.max(2, Math.floor(word.length / 3));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    // A word of two letters is two edits away from any other: at least one letter must be right.
    if (distance > most || distance >= Math.max(word.length, candidate.length)) continue;
    if (!best || distance < best.distance) best = { candidate, distance };
  }
  return best?.candidate;
}

/** What to say of a word that names nothing: the one that was probably meant, or all that there are. */
export function unknownWord(kind: string, word: string, known: readonly string[]): string {
  const meant = nearest(word, known);
  return meant === undefined
    ? `there is no ${kind} '${word}'; there are ${known.join(', ')}`
    : `there is no ${kind} '${word}'; did you mean '${meant}'?`;
}

/** Edits between two words, a swap of neighbours counting as one (optimal string alignment). */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const isSame = left[row - 1] === right[column - 1];
      let distance = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (isSame ? 0 : 1),
      );
      const isSwap =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (isSwap) distance = Math.min(distance, at(beforePrevious, column - 2) + 1);
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
