type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end' | 'nothing';

const space = /[ \t\n\r]*/y;
const token =
  /[{}[\],:]|"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\uffff]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Where a text stops being JSON, undefined if it is JSON. JSON.parse tells the offset of some faults only, and a person
 * who looks for a stray comma in ten thousand lines wants it for all.
 */
export function jsonFaultOffset(text: string): number | undefined {
  const closers: string[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    at += match(space, text, at).length;
    if (at === text.length) return expected === 'nothing' ? undefined : at;
    const found = match(token, text, at);
    const next: Expected | undefined = found === '' ? undefined : after(found, expected, closers);
    if (next === undefined) return at;
    expected = next;
    at += found.length;
  }
}

/** What may follow a token, undefined where the token itself may not stand; keeps `closers`, the open brackets. */
function after(found: string, expected: Expected, closers: string[]): Expected | undefined {
  const closed = (): Expected => (closers.length === 0 ? 'nothing' : ', or end');
  if (found === ':') return expected === ':' ? 'value' : undefined;
  if (found === ',') return expected !== ', or end' ? undefined : closers.at(-1) === '}' ? 'key' : 'value';
  if (found === '}' || found === ']') {
    const mayEnd = expected === ', or end' || expected === (found === '}' ? 'key or }' : 'value or ]');
    if (!mayEnd || closers.at(-1) !== found) return undefined;
    closers.pop();
    return closed();
  }
  if (expected === 'key' || expected === 'key or }') return found.startsWith('"') ? ':' : undefined;
  if (expected !== 'value' && expected !== 'value or ]') return undefined;
  if (found === '{' || found === '[') {
    closers.push(found === '{' ? '}' : ']');
    return found === '{' ? 'key or }' : 'value or ]';
  }
  return closed();
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
