import { withoutEncoded } from '../domain/errors.ts';
import { shortened } from '../domain/visible.ts';

const mostCharacters = 8000;
const mostOfText = 2000;
const mostOfList = 20;
const mostFields = 50;
const mostLevels = 6;

/**
 * As much of a value as a line of the log should hold. CloudWatch takes 256 KB, and what is far beyond a screen is read by
 * nobody; the whole is in the execution's history, or in the work bucket.
 */
export function brief(value: unknown): unknown {
  let left = mostCharacters;
  const within = (inner: unknown, levels: number): unknown => {
    if (typeof inner === 'string') {
      const text = shortened(withoutEncoded(inner), Math.min(mostOfText, Math.max(0, left)));
      left -= text.length;
      return text;
    }
    if (typeof inner !== 'object' || inner === null) return inner;
    if (levels === 0 || left <= 0) return '…';
    if (Array.isArray(inner)) {
      const shown = inner.slice(0, mostOfList).map((item) => within(item, levels - 1));
      return inner.length > shown.length ? [...shown, `and ${inner.length - shown.length} more`] : shown;
    }
    const entries = Object.entries(inner).slice(0, mostFields);
    return Object.fromEntries(
      entries.map(([key, item]) => {
        const name = shortened(key, 100);
        left -= name.length;
        return [name, within(item, levels - 1)];
      }),
    );
  };
  return within(value, mostLevels);
}

/** An error for the log: what it is called and says, where it was thrown, and what it came of. */
export function briefError(error: unknown): unknown {
  if (!(error instanceof Error)) return brief(error);
  const { name, message, stack = '', cause } = error;
  // The stack begins with the message, which is told already, and may be long.
  const places = stack.split('\n').filter((line) => line.startsWith('    at '));
  return brief({
    name,
    message,
    stack: places.slice(0, 15),
    ...(cause instanceof Error ? { cause: { name: cause.name, message: cause.message } } : {}),
  });
}
