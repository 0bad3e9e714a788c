import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A text file of the repository; `path` is relative to its root, with `/`. */
export interface TextFile {
  path: string;
  text: string;
}

/** A house rule: the faults it finds, each one sentence that names the file and the cure. */
export type Rule = (files: readonly TextFile[]) => string[];

const ignoredFolders = new Set([
  'node_modules',
  '.git',
  'coverage',
  '.serverless',
  '.stryker-tmp',
  'dashboard',
  'reports',
]);
const binaryExtensions = new Set(['.png', '.jpg', '.gif', '.ico', '.zip', '.gz', '.woff2', '.pdf']);

/** Every text file below `root`. Walks the folder rather than asking git, so that an unpacked archive can be tested. */
export function readRepository(root: string): TextFile[] {
  return textFilesIn(root, '').sort((left, right) => (left.path < right.path ? -1 : 1));
}

function textFilesIn(root: string, folder: string): TextFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ignoredFolders.has(entry.name) ? [] : textFilesIn(root, path);
    // A clone that is a git worktree has a file named .git, which holds a machine's path.
    if (!entry.isFile() || entry.name === '.git' || binaryExtensions.has(extname(entry.name))) return [];
    return [{ path, text: readFileSync(join(root, path), 'utf8') }];
  });
}

export const isTypeScript = ({ path }: TextFile): boolean => path.endsWith('.ts');
