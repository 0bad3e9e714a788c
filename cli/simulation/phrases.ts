/** `skip-tag 30, crash 2` */
export function reasonsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${reason} ${count}`)
    .join(', ');
}

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

/** Some examples of so many. */
export function few(examples: readonly string[], count: number): string {
  return [...examples, ...(count > examples.length ? ['…'] : [])].join(', ');
}

export function plural(word: string, count: number): string {
  return count === 1 ? word : `${word}s`;
}
