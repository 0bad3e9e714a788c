import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRepository } from './files.ts';
import { knownErrors, oneName } from './rules/definitions.ts';
import { fileLength, folderNames, roomReadmes } from './rules/files-and-folders.ts';
import { clocksAndChance, namesNoMachine, noAny, noSkippedTests } from './rules/forbidden-words.ts';
import { functionRooms, plainHandlers } from './rules/function-rooms.ts';
import { importArrows } from './rules/import-arrows.ts';

const repository = readRepository(resolve(import.meta.dirname, '../..'));

describe('the house', () => {
  it.each([
    ['lets its imports point one way only', importArrows],
    ['takes time and chance in by one door', clocksAndChance],
    ['has no folder with a name for anything', folderNames],
    ['has no file too long to read at a sitting', fileLength],
    ['tells at the door of every room what belongs there', roomReadmes],
    ['gives every function the same three files', functionRooms],
    ['has handlers that only put together', plainHandlers],
    ['calls each thing by one name everywhere', oneName],
    ['retries and catches only errors that exist', knownErrors],
    ['never switches the compiler off with any', noAny],
    ['runs all of its tests', noSkippedTests],
    ['names no machine and no registry', namesNoMachine],
  ])('%s', (_, rule) => {
    expect(rule(repository)).toEqual([]);
  });

  it('is all there to be looked at', () => {
    const paths = repository.map(({ path }) => path);
    expect(paths).toContain('engine/clock.ts');
    expect(paths).toContain('test/tidy/house.test.ts');
    expect(paths.filter((path) => path.includes('node_modules'))).toEqual([]);
  });
});
