import type { Rule } from '../files.ts';

const forbiddenFolders = new Set(['src', 'lib', 'utils', 'helpers', 'common', 'types', 'constants']);

/** Such a name says nothing of what belongs inside, so everything ends up there. */
export const folderNames: Rule = (files) => {
  const folders = new Set(files.flatMap(({ path }) => foldersAbove(path)));
  return [...folders]
    .filter((folder) => forbiddenFolders.has(folder.split('/').at(-1) ?? ''))
    .map((folder) => `${folder}/ is a name for anything; name the folder after what it holds.`);
};

const foldersAbove = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, index, names) => names.slice(0, index + 1).join('/'));

const longestFileLines = 400;

/** Data is as long as it is, and so is a state machine, which AWS takes in one piece; all else can be split. */
const isSplittable = (path: string): boolean => /\.(?:ts|js|ya?ml|sh)$/.test(path) && !path.endsWith('.asl.yaml');

export const fileLength: Rule = (files) =>
  files
    .filter(({ path }) => isSplittable(path) && lineCount(path, files) > longestFileLines)
    .map(
      ({ path }) =>
        `${path} has ${lineCount(path, files)} lines, over ${longestFileLines}; split it where its second subject begins.`,
    );

const readmeLines = 15;
/** The engine is a library of its own and may take half a page to say how it is used. */
const longerReadmeLines: Record<string, number> = { engine: 60 };

/** A newcomer who opens a folder is told what belongs there, what does not, and who may import it. */
export const roomReadmes: Rule = (files) => {
  const rooms = new Set(files.flatMap(({ path }) => /^([^./][^/]*)\//.exec(path)?.[1] ?? []));
  return [...rooms].flatMap((room) => {
    const limit = longerReadmeLines[room] ?? readmeLines;
    const readme = files.find(({ path }) => path === `${room}/README.md`);
    if (!readme) {
      return `${room}/ has no README.md; say in at most ${limit} lines what belongs there, what does not, and who may import it.`;
    }
    const lines = lineCount(readme.path, files);
    return lines > limit ? `${readme.path} has ${lines} lines, over ${limit}; move the rest to docs/.` : [];
  });
};

function lineCount(path: string, files: Parameters<Rule>[0]): number {
  const text = files.find((file) => file.path === path)?.text ?? '';
  return text === '' ? 0 : text.replace(/\n$/, '').split('\n').length;
}
