import * as z from 'zod';
import { type Condition, type Context, parseCondition } from './conditions.ts';
import { wildcard } from './wildcards.ts';

/** One action on one resource that a request takes. */
export interface Need {
  /** As IAM has it: `ec2:StopInstances`. */
  action: string;
  /** An ARN, or `*` where the action knows no resources. */
  resource: string;
  context?: Context;
}

/** What a role allows, down to one action of one statement. */
export interface Right {
  role: string;
  action: string;
  resources: readonly string[];
  /** Of the statement, as it is written; empty where it has none. */
  condition: string;
}

/** The rights of several roles, and which of them were ever used. */
export interface Rights {
  /** The first of these needs that the role does not give; undefined where it gives all. */
  refused(role: string, needs: readonly Need[]): Need | undefined;
  /** Every action of every statement that allows something, and whether a need was ever met by it. */
  all(): readonly (Right & { isUsed: boolean })[];
}

const oneOrMore = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const valuesSchema = z
  .union([z.string(), z.boolean(), z.array(z.string())])
  .transform((value) => [value].flat().map(String));

/** What is not here, such as NotAction, has no meaning in the simulation and is refused. */
const documentSchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.strictObject({
      Effect: z.enum(['Allow', 'Deny']),
      Action: oneOrMore,
      Resource: oneOrMore,
      Condition: z.record(z.string(), z.record(z.string(), valuesSchema)).optional(),
    }),
  ),
});

interface Rule extends Right {
  isDeny: boolean;
  isOfAction: (action: string) => boolean;
  isOfResource: (resource: string) => boolean;
  conditions: readonly Condition[];
  isUsed: boolean;
}

interface Role {
  rules: readonly Rule[];
  /** Those of an action, denials first. */
  byAction: Map<string, readonly Rule[]>;
  /** Decisions that hang on nothing but action and resource. */
  decided: Map<string, boolean>;
}

/**
 * Judges as IAM does where there is one policy for each role and nothing else: what a statement denies is denied, what
 * one allows is allowed, and all else is denied.
 * @param documents the policy document of each role by its name, without any intrinsic functions
 * @throws where a document says what is not understood
 */
export function rightsOf(documents: ReadonlyMap<string, unknown>): Rights {
  const roles = new Map([...documents].map(([name, document]) => [name, roleOf(name, document)]));
  return {
    refused(name, needs) {
      const role = roles.get(name);
      if (!role) throw new Error(`There is no role for ${name}, so its calls cannot be judged.`);
      return needs.find((need) => !gives(role, need));
    },
    all: () => [...roles.values()].flatMap(({ rules }) => rules.filter(({ isDeny }) => !isDeny)),
  };
}

function roleOf(name: string, document: unknown): Role {
  const parsed = documentSchema.safeParse(document);
  if (!parsed.success) throw new Error(`The policy of ${name} is not understood:\n${z.prettifyError(parsed.error)}`);
  const rules = parsed.data.Statement.flatMap(({ Effect, Action, Resource, Condition }) => {
    const tests = Resource.map((pattern) => wildcard(pattern));
    const conditions = Object.entries(Condition ?? {}).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, wanted]) => parseCondition(operator, key, wanted)),
    );
    return Action.map(
      (action): Rule => ({
        role: name,
        action,
        resources: Resource,
        condition: Condition ? JSON.stringify(Condition) : '',
        isDeny: Effect === 'Deny',
        // The names of actions know no case.
        isOfAction: wildcard(action, 'i'),
        isOfResource: (resource) => tests.some((test) => test(resource)),
        conditions,
        isUsed: false,
      }),
    );
  });
  return { rules, byAction: new Map(), decided: new Map() };
}

function gives(role: Role, { action, resource, context }: Need): boolean {
  if (context) return decide(role, action, resource, context);
  const key = `${action} ${resource}`;
  const known = role.decided.get(key);
  if (known !== undefined) return known;
  const decision = decide(role, action, resource, {});
  role.decided.set(key, decision);
  return decision;
}

function decide(role: Role, action: string, resource: string, context: Context): boolean {
  let rules = role.byAction.get(action);
  if (!rules) {
    const ofAction = role.rules.filter(({ isOfAction }) => isOfAction(action));
    rules = [...ofAction.filter(({ isDeny }) => isDeny), ...ofAction.filter(({ isDeny }) => !isDeny)];
    role.byAction.set(action, rules);
  }
  const rule = rules.find(
    ({ isOfResource, conditions }) => isOfResource(resource) && conditions.every((holds) => holds(context)),
  );
  if (!rule) return false;
  rule.isUsed = true;
  return !rule.isDeny;
}
