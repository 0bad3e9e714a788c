import type { Rule } from '../files.ts';
import { scan } from '../source.ts';

const roomFiles = ['function.yml', 'handler.ts', 'task.ts'];

/** One folder is one Lambda is one task: whoever has seen one function has seen them all. */
export const functionRooms: Rule = (files) => {
  const inFunctions = files.filter(({ path }) => path.startsWith('functions/') && path !== 'functions/README.md');
  const loose = inFunctions
    .filter(({ path }) => path.split('/').length === 2)
    .map(({ path }) => `${path} lies outside a function's folder; move it into one, or to shared/.`);
  const rooms = new Set(inFunctions.flatMap(({ path }) => /^functions\/([^/]+)\//.exec(path)?.[1] ?? []));
  return [
    ...loose,
    ...[...rooms].flatMap((room) =>
      faultsOfRoom(
        room,
        inFunctions.map(({ path }) => path),
      ),
    ),
  ];
};

function faultsOfRoom(room: string, paths: readonly string[]): string[] {
  const prefix = `functions/${room}/`;
  const present = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
  const faults = [
    ...roomFiles
      .filter((name) => !present.includes(name))
      .map((name) => `${prefix} lacks ${name}; every function has task.ts, handler.ts and function.yml.`),
    ...present
      .filter((name) => !roomFiles.includes(name))
      .map(
        (name) =>
          `${prefix}${name} does not belong there; a function has task.ts, handler.ts and function.yml alone, a rule goes to shared/domain/.`,
      ),
  ];
  if (!/^[a-z]+(?:-[a-z]+)+$/.test(room))
    faults.push(`${prefix} is no verb-noun; name it after what it does, as create-image.`);
  return faults;
}

/** A handler only puts together: where nothing branches, nothing needs a test of its own. */
export const plainHandlers: Rule = (files) =>
  files
    .filter(({ path }) => /^functions\/[^/]+\/handler\.ts$/.test(path))
    .flatMap(({ path, text }) => {
      const { code } = scan(text);
      const faults = [];
      const branch = /(?<![.\w$])(?:if|try|for|while|do|switch)(?![\w$])|\.\s*(?:forEach|catch)\b/.exec(code)?.[0];
      if (branch)
        faults.push(`${path} uses ${branch}; move the decision into task.ts, or into the adapter in shared/aws/.`);
      if (!/(?<![.\w$])export\s+const\s+handler\s*=\s*asTask\s*\(/.test(code)) {
        faults.push(
          `${path} does not end in \`export const handler = asTask(contract, task)\`; every function has that one edge.`,
        );
      }
      const exportCount = [...code.matchAll(/(?<![.\w$])export(?![\w$])/g)].length;
      if (exportCount > 1)
        faults.push(`${path} exports more than its handler; what others need belongs in task.ts or shared/.`);
      return faults;
    });
