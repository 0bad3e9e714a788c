/** TypeScript's source taken apart just far enough to ask what it imports and which words its code uses. */
export interface Source {
  /** The code without comments; the n-th string or template text stands as `"n"`, a regular expression as `/n/`. */
  code: string;
  literals: string[];
}

interface Piece {
  kind: 'code' | 'comment' | 'literal';
  text: string;
}

const keywordsBeforeRegex = /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|do|else|yield|await)\s*$/;

/** TypeScript 7 has no parser to call, hence this scanner; the template's `${…}` is code, all else in it is text. */
export function scan(text: string): Source {
  const literals: string[] = [];
  const openTemplates: number[] = [];
  let code = '';
  let braces = 0;
  let at = 0;
  while (at < text.length) {
    const piece = pieceAt(text, at, code, openTemplates.at(-1) === braces);
    at += piece.text.length;
    if (piece.kind === 'literal') {
      code += `"${literals.push(piece.text.slice(1, -1)) - 1}"`;
      const isTemplate = piece.text.startsWith('`') || piece.text.startsWith('}');
      if (piece.text.startsWith('}')) openTemplates.pop();
      if (isTemplate && piece.text.endsWith('${')) openTemplates.push(braces);
    } else if (piece.kind === 'code') {
      if (piece.text === '{') braces++;
      if (piece.text === '}') braces--;
      code += piece.text;
    } else {
      code += ' ';
    }
  }
  return { code, literals };
}

function pieceAt(text: string, at: number, before: string, endsTemplateExpression: boolean): Piece {
  const here = text.slice(at, at + 2);
  const character = here.charAt(0);
  if (here === '//') return { kind: 'comment', text: upTo(text, at, /\n/g) };
  if (here === '/*') return { kind: 'comment', text: upTo(text, at, /\*\//g) };
  if (character === "'" || character === '"') {
    return { kind: 'literal', text: match(text, at, /(['"])(?:\\[\s\S]|(?!\1)[^\\\n])*\1?/y) };
  }
  if (character === '`' || (character === '}' && endsTemplateExpression)) {
    return { kind: 'literal', text: match(text, at, /[`}](?:\\[\s\S]|\$(?!\{)|[^\\`$])*(?:`|\$\{)?/y) };
  }
  if (character === '/' && startsRegex(before)) {
    return { kind: 'literal', text: match(text, at, /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y) };
  }
  return { kind: 'code', text: character };
}

/** A `/` divides after a value, and opens a regular expression elsewhere. */
function startsRegex(before: string): boolean {
  const trimmed = before.trimEnd();
  return trimmed === '' || /[([{,;=:!&|?+\-*%<>~^}]$/.test(trimmed) || keywordsBeforeRegex.test(trimmed);
}

function match(text: string, at: number, pattern: RegExp): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? text.charAt(at);
}

function upTo(text: string, at: number, end: RegExp): string {
  end.lastIndex = at + 2;
  return end.exec(text) ? text.slice(at, end.lastIndex) : text.slice(at);
}

export interface Imports {
  /** What the import and export statements, and `import('…')`, name. */
  specifiers: string[];
  /** Whether a module is imported whose name is computed, so that nobody can say where the arrow points. */
  isComputed: boolean;
}

export function importsOf(text: string): Imports {
  const { code, literals } = scan(text);
  const named = /(?<![.\w$])(?:from|import)\s*(?:\(\s*)?"(\d+)"/g;
  return {
    specifiers: [...code.matchAll(named)].flatMap(([, index]) => literals[Number(index)] ?? []),
    isComputed: /(?<![.\w$])import\s*\(\s*(?!"\d+"\s*[,)])/.test(code),
  };
}
