import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDirectory } from '../../cli/simulation/project.ts';
import { parseTemplateJson, type Template } from './template.ts';

const run = promisify(execFile);

/**
 * Packages the service as `npm run package` does, offline, and reads the template that would be deployed.
 * @param policies the folder of the policies, seen from the project's folder
 */
export async function compile(policies: string): Promise<Template> {
  // osls empties .serverless/ in the folder it works in; this is one of its own, so that nobody else's is lost.
  const directory = await mkdtemp(join(tmpdir(), 'ami-lifecycle-package-'));
  try {
    for (const name of await readdir(projectDirectory)) {
      const isOfOthers = ['.git', '.serverless', 'serverless.yml'].includes(name);
      if (!isOfOthers) await symlink(join(projectDirectory, name), join(directory, name));
    }
    // osls follows no link to its own file.
    await copyFile(join(projectDirectory, 'serverless.yml'), join(directory, 'serverless.yml'));
    const serverless = join('node_modules', 'serverless', 'bin', 'serverless.js');
    const command = [serverless, 'package', '--stage', 'test', '--param', `policies=${policies}`];
    await run(process.execPath, command, { cwd: directory }).catch((error: { stdout: string; stderr: string }) => {
      throw new Error(`osls cannot package ${policies}:\n${error.stdout}${error.stderr}`);
    });
    const file = join(directory, '.serverless', 'cloudformation-template-update-stack.json');
    return parseTemplateJson(await readFile(file, 'utf8'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
