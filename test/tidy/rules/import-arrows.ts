import { posix } from 'node:path';
import { isTypeScript, type Rule, type TextFile } from '../files.ts';
import { importsOf } from '../source.ts';

interface Room {
  /** Which files the room holds. */
  holds: RegExp;
  /** Which files of the project it may import, besides its own. */
  mayImport: RegExp;
  /** Which packages it may import; absent: all but the AWS SDK. */
  packages?: RegExp;
  cure: string;
}

const anything = /^/;
const nothing = /(?!)/;

/** The first room that holds a file is its room. */
const rooms: Record<string, Room> = {
  'engine/': {
    holds: /^engine\//,
    mayImport: nothing,
    cure: 'the engine knows nothing of the project; hand it in as an argument, from cli/',
  },
  'simulator/': {
    holds: /^simulator\//,
    mayImport: /^engine\/clock\.ts$/,
    packages: anything,
    cure: "the simulator knows AWS and the engine's clock only; hand the rest in as an argument, from cli/",
  },
  'shared/domain/': {
    holds: /^shared\/domain\//,
    mayImport: nothing,
    packages: /^(?:zod|temporal-polyfill)(?:\/|$)/,
    cure: 'a rule is pure: take what it needs as an argument; what calls AWS belongs in shared/aws/',
  },
  'shared/aws/': {
    holds: /^shared\/aws\//,
    mayImport: /^shared\/domain\//,
    packages: anything,
    cure: 'an adapter knows AWS and the words of shared/domain/ only; let the handler hand in the rest',
  },
  'shared/runtime/': {
    holds: /^shared\/runtime\//,
    mayImport: /^shared\/domain\/(?:errors|contract|metrics|visible)\.ts$/,
    cure: 'the Lambda edge knows contracts, the catalogues of errors and metrics, and how text is shown, and no more; let the handler hand in the rest, or move the rule to the task',
  },
  'a task.ts': {
    holds: /^functions\/[^/]+\/task\.ts$/,
    mayImport: /^shared\/domain\//,
    packages: /^(?:zod|temporal-polyfill)(?:\/|$)/,
    cure: 'a task takes what it needs as its dependencies; let handler.ts build them from shared/aws/',
  },
  'a handler.ts': {
    holds: /^functions\/[^/]+\/handler\.ts$/,
    mayImport: /^shared\//,
    cure: 'a handler puts together its own task.ts and shared/; what two functions need is a rule or an AWS need',
  },
  'cli/, explore/, test/ and scripts/': {
    holds: /^(?:cli|explore|test|scripts)\//,
    mayImport: anything,
    packages: anything,
    cure: '',
  },
  'deploy/': {
    holds: /^deploy\//,
    // Of cli/ what reads the files that are deployed: there is one reader of each.
    mayImport:
      /^(?:shared|functions|monitoring)\/|^cli\/(?:input-error|policies\/load|simulation\/(?:project|workflows))\.ts$/,
    cure: 'what computes the service knows what ships only; the engine and the simulator do not ship',
  },
  'monitoring/': {
    holds: /^monitoring\//,
    // When a policy is captured next is the engine's to say: there is one reading of a schedule.
    mayImport:
      /^shared\/|^deploy\/(?:cloudformation|function-files|names)\.ts$|^engine\/schedule\.ts$|^cli\/(?:policies\/load|simulation\/workflows)\.ts$/,
    cure: 'what watches knows what is deployed and when; what it is computed for belongs in deploy/stack.ts',
  },
};

/** Arrows point one way, so that each room can be understood, and tested, without those above it. */
export const importArrows: Rule = (files) => files.filter(isTypeScript).flatMap(faultsOf);

function faultsOf(file: TextFile): string[] {
  const [name, room] = Object.entries(rooms).find(([, { holds }]) => holds.test(file.path)) ?? [];
  if (name === undefined || room === undefined) return [];
  const { specifiers, isComputed } = importsOf(file.text);
  const faults = specifiers.flatMap((specifier) => faultOf(file.path, specifier, name, room) ?? []);
  if (isComputed && !rooms['cli/, explore/, test/ and scripts/']?.holds.test(file.path)) {
    faults.push(`${file.path} computes what it imports, so nobody can see where the arrow points; name it in quotes.`);
  }
  return faults;
}

function faultOf(path: string, specifier: string, name: string, room: Room): string | undefined {
  if (!specifier.startsWith('.')) {
    const isAllowed = room.packages ? room.packages.test(specifier) : !specifier.startsWith('@aws-sdk/');
    return isAllowed ? undefined : `${path} imports ${specifier}, which ${name} may not: ${room.cure}.`;
  }
  const target = posix.join(posix.dirname(path), specifier);
  const [otherFunction, ownFunction] = [functionOf(target), functionOf(path)];
  if (otherFunction && ownFunction && otherFunction !== ownFunction) {
    return `${path} imports ${target}: functions never import one another; what both need is a rule (shared/domain/) or an AWS need (shared/aws/).`;
  }
  const isOwn = ownFunction ? otherFunction === ownFunction : room.holds.test(target);
  return isOwn || room.mayImport.test(target)
    ? undefined
    : `${path} imports ${target}, which ${name} may not: ${room.cure}.`;
}

const functionOf = (path: string): string | undefined => /^functions\/([^/]+)\//.exec(path)?.[1];
