import { isObject } from './json.ts';

/** What an expression refers to, read off its syntax tree. */
export interface ExpressionNames {
  /** Variables and functions that the expression does not define itself, without `$`; JSONata's own functions too. */
  readonly variables: ReadonlySet<string>;
  /** The fields of `$states` it reads; `*` where it takes `$states` as a whole. */
  readonly statesFields: ReadonlySet<string>;
  /** Whether it reads `$$`, the document that Step Functions does not give. */
  readonly usesRoot: boolean;
  /** Fields of that document that it reads by their bare names. */
  readonly documentFields: ReadonlySet<string>;
}

export const noNames: ExpressionNames = {
  variables: new Set(),
  statesFields: new Set(),
  usesRoot: false,
  documentFields: new Set(),
};

const jsonataFunctions: ReadonlySet<string> = new Set(
  (
    'abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent ' +
    'distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber ' +
    'fromMillis hash join keys length lookup lowercase map match max merge millis min not now number pad parse ' +
    'parseInteger partition power random range reduce replace reverse round shuffle sift single sort split spread sqrt ' +
    'string substring substringAfter substringBefore sum toMillis trim type uppercase uuid zip'
  ).split(' '),
);

/** Whether a name is a function of JSONata or AWS; a variable of the same name hides it. */
export function isFunctionName(name: string): boolean {
  return jsonataFunctions.has(name);
}

export function namesIn(tree: unknown): ExpressionNames {
  const used = new Set<string>();
  const bound = new Set<string>();
  const statesFields = new Set<string>();
  const seen = new Set<object>();
  let usesRoot = false;
  visit(tree);
  const variables = new Set([...used].filter((name) => !bound.has(name)));
  return { variables, statesFields, usesRoot, documentFields: documentFieldsIn(tree) };

  function visit(node: unknown): void {
    if (typeof node !== 'object' || node === null || seen.has(node)) return;
    seen.add(node);
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    if (isObject(node)) {
      note(node);
      for (const child of Object.values(node)) visit(child);
    }
  }

  function note(node: { readonly [key: string]: unknown }): void {
    const { type } = node;
    if (type === 'path') notePath(node.steps);
    if (type === 'variable') noteVariable(node);
    if (type === 'bind') bind(node.lhs);
    if (type === 'lambda' && Array.isArray(node.arguments)) for (const argument of node.arguments) bind(argument);
    for (const key of ['focus', 'index'] as const) {
      const name = node[key];
      if (typeof name === 'string') bound.add(name);
    }
  }

  function noteVariable(node: { readonly [key: string]: unknown }): void {
    const name = node.value;
    if (name === '$') usesRoot = true;
    else if (name === 'states') statesFields.add('*');
    else if (typeof name === 'string' && name !== '') used.add(name);
  }

  function notePath(steps: unknown): void {
    if (!Array.isArray(steps)) return;
    const [first, second]: readonly unknown[] = steps;
    if (!isObject(first) || first.type !== 'variable' || first.value !== 'states') return;
    if (!isObject(second) || second.type !== 'name' || typeof second.value !== 'string') return;
    statesFields.add(second.value);
    // Not a use of `$states` as a whole, unless a filter of it reads more.
    seen.add(first);
    for (const key of ['predicate', 'stages', 'group']) visit(first[key]);
  }

  function bind(node: unknown): void {
    if (isObject(node) && typeof node.value === 'string') bound.add(node.value);
  }
}

/** Where an expression stands on values that it is given: a filter, a step, an order, the body of a function. */
const withContext: ReadonlySet<string> = new Set('predicate stages group terms body pattern update delete'.split(' '));

function documentFieldsIn(tree: unknown): ReadonlySet<string> {
  const fields = new Set<string>();
  visit(tree);
  return fields;

  function visit(node: unknown): void {
    if (Array.isArray(node)) for (const item of node) visit(item);
    if (!isObject(node)) return;
    if (node.type === 'name' && typeof node.value === 'string') fields.add(node.value);
    if (Array.isArray(node.steps)) visit(node.steps[0]);
    else for (const [key, child] of Object.entries(node)) if (!withContext.has(key)) visit(child);
  }
}
