import { type Document, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, type YAMLError } from 'yaml';
import type { InputProblem } from '../input-error.ts';

/** A parsed YAML file that can tell where each of its fields stands. */
export interface YamlFile {
  data: unknown;
  /** What is wrong with the YAML itself. */
  problems: InputProblem[];
  /** Whether `data` can be judged all the same: the problems are no more than duplicate keys. */
  isUsable: boolean;
  /** Line and column of a field's key or a list's item; where it is missing, of the nearest that encloses it. */
  locate(path: readonly PropertyKey[]): { line: number; column: number };
}

/** Many times what a parameter could hold; what is longer would only take time to refuse. */
const mostCharacters = 100_000;

/** Parses YAML 1.2, one document; duplicate keys are problems. */
export function parseYamlFile(file: string, text: string): YamlFile {
  try {
    if (text.length <= mostCharacters) return parsed(file, text);
    return unusable({ file, problem: `is no policy: it has ${text.length} characters`, mend: 'name a policy file' });
  } catch (error) {
    // The parser calls itself for each level.
    if (!(error instanceof RangeError)) throw error;
    return unusable({ file, ...tooDeep });
  }
}

const tooDeep = { problem: 'is nested too deeply', mend: 'write fields, as a policy has them' };

function unusable(problem: InputProblem): YamlFile {
  return { data: undefined, problems: [problem], isUsable: false, locate: () => ({ line: 1, column: 1 }) };
}

function parsed(file: string, text: string): YamlFile {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: 'error' });
  const positionOf = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  const duplicates = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY');
  // What follows the first syntax error is mostly its consequence.
  const [broken] = document.errors.filter(({ code }) => code !== 'DUPLICATE_KEY');
  const errors = broken ? [broken] : duplicates;
  const content = broken ? { data: undefined } : contentOf(document);
  return {
    data: broken ? undefined : content.data,
    problems: [
      ...errors.map((error) => ({ file, ...positionOf(error.pos[0]), ...explain(error, text) })),
      ...(content.problem === undefined
        ? []
        : [{ file, problem: content.problem, mend: 'write the values out, without * and &' }]),
    ],
    isUsable: !broken && content.problem === undefined,
    locate(path) {
      let node: unknown = document.contents;
      let offset = 0;
      for (const step of path) {
        const pair: Pair | undefined = isMap(node)
          ? node.items.find(({ key }) => keyText(key) === String(step))
          : undefined;
        const item: unknown = isSeq(node) ? node.items[Number(step)] : pair?.key;
        if (!hasRange(item)) break;
        offset = item.range[0];
        node = pair ? pair.value : item;
      }
      return positionOf(offset);
    },
  };
}

/** An alias of nothing, and one that multiplies itself beyond reason, show only now. */
function contentOf(document: Document): { data: unknown; problem?: string } {
  try {
    return { data: document.toJS() };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { data: undefined, problem: `has an alias that cannot be followed: ${error.message}` };
  }
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function hasRange(node: unknown): node is { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}

function explain(error: YAMLError, text: string): { problem: string; mend: string } {
  switch (error.code) {
    case 'DUPLICATE_KEY': {
      const key = /^[^\s:]+/.exec(text.slice(error.pos[0]))?.[0] ?? '';
      return { problem: `the key '${key}' stands here a second time`, mend: 'keep one of the two' };
    }
    case 'TAB_AS_INDENT':
      return { problem: 'a tab indents this line, which YAML does not take', mend: 'indent with spaces' };
    case 'MULTIPLE_DOCS':
      return { problem: 'a second document begins here', mend: 'write one policy in each file' };
    default: {
      if (/call stack/.test(error.message)) return tooDeep;
      const line = text.slice(text.lastIndexOf('\n', error.pos[0] - 1) + 1).split('\n', 1)[0] ?? '';
      // A cron such as */15 is the usual case.
      if (/:\s+\*/.test(line)) {
        return { problem: 'YAML takes a value that begins with * for an alias', mend: 'put the value in quotes' };
      }
      const message = error.message.replace(/\.?$/, '').replace(/^./, (letter) => letter.toLowerCase());
      return { problem: `not valid YAML: ${message}`, mend: 'mend the indentation, or put the value in quotes' };
    }
  }
}
