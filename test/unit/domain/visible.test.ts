import { expect, it } from 'vitest';
import { shortened, visible } from '../../../shared/domain/visible.ts';

it.each([
  ['plain text, Ünïcödé and 💣', 'plain text, Ünïcödé and 💣'],
  ['a line\nand another\r\n\tindented', String.raw`a line\nand another\r\n\tindented`],
  ['\u001b[2J\u009b5n\u0007\u007f', String.raw`\u001b[2J\u009b5n\u0007\u007f`],
  ['\u202egpj.exe\u2066', String.raw`\u202egpj.exe\u2066`],
  ['half a pair: \ud83d', String.raw`half a pair: \ud83d`],
  ['\u2028\ufeff', String.raw`\u2028\ufeff`],
])('what acts is shown, and nothing else is changed: %j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

it('a long text is cut, with the length that it had', () => {
  expect(shortened('abcdef', 6)).toBe('abcdef');
  expect(shortened('abcdefg', 6)).toBe('abcdef… (7 characters)');
});
