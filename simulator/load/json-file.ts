import { readFileSync } from 'node:fs';
import type { AccountFolderProblem } from './account-folder-invalid.ts';
import { jsonFaultOffset } from './json-fault.ts';

export type JsonFile = { value: unknown } | { problem: AccountFolderProblem };

/**
 * Reads what a shell's `>` saved: UTF-8, or the UTF-16 with a byte order mark that PowerShell writes.
 * `command` is what printed the file, for the mend.
 */
export function readJsonFile(file: string, command: string): JsonFile {
  const invalid = (problem: string, mend: string): JsonFile => ({ problem: { file, path: '', problem, mend } });
  const save = `save what \`${command} --output json\` prints`;
  let text: string;
  try {
    text = decoded(readFileSync(file));
  } catch (error) {
    return invalid(`cannot be read (${error instanceof Error ? error.message : String(error)})`, save);
  }
  if (text.trim() === '') return invalid('is empty, as when the command failed and printed only an error', save);
  try {
    return { value: JSON.parse(text) };
  } catch {
    const offset = jsonFaultOffset(text) ?? text.length;
    return invalid(`is no JSON at ${placeOf(text, offset)}: there stands ${excerpt(text, offset)}`, save);
  }
}

function decoded(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function placeOf(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}

function excerpt(text: string, offset: number): string {
  const line = text.slice(offset).split('\n')[0]?.trimEnd() ?? '';
  if (line === '') return 'nothing more';
  return `"${line.length > 60 ? `${line.slice(0, 60)}…` : line}"`;
}
