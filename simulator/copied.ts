/** A deep copy, without what is undefined: what a caller does with an answer must not reach the account. */
export function copied<Value>(value: Value): Value {
  return copyOf(value) as Value;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Date) return new Date(value.getTime());
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) if (member !== undefined) copy[key] = copyOf(member);
  return copy;
}

const answers = new WeakMap<object, object>();

/**
 * A deep copy that nobody can change, and so is made once for however many answers: descriptions are replaced when they
 * change, and most are asked for again and again.
 */
export function answered<Value extends object>(value: Value): Value {
  const known = answers.get(value) as Value | undefined;
  if (known) return known;
  const answer = frozen(copied(value));
  answers.set(value, answer);
  return answer;
}

function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const member of Object.values(value)) frozen(member);
  return Object.freeze(value);
}
