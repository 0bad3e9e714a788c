import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleFunctions } from './bundle.ts';
import { checkSize } from './limits.ts';
import { withVersions } from './versions.ts';
import { zipOf } from './zip.ts';
import { zipPath } from './zip-path.ts';

/** What this plugin uses of osls. */
interface Serverless {
  serviceDir: string;
  service: { provider: { compiledCloudFormationTemplate: { Resources: Readonly<Record<string, unknown>> } } };
}

/**
 * Builds the functions' packages before osls looks for them, and names their versions once it has published them; refuses
 * what CloudFormation would refuse only later.
 */
export class AmiLifecyclePlugin {
  readonly hooks: Readonly<Record<string, () => Promise<void>>>;

  constructor(serverless: Serverless) {
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => writePackages(serverless.serviceDir),
      'after:aws:package:finalize:mergeCustomProviderResources': async () => {
        const template = serverless.service.provider.compiledCloudFormationTemplate;
        template.Resources = withVersions(template.Resources);
        checkSize(template);
      },
    };
  }
}

async function writePackages(serviceDirectory: string): Promise<void> {
  const bundles = await bundleFunctions();
  await Promise.all(
    bundles.map(async ({ folder, path, content }) => {
      const file = join(serviceDirectory, zipPath(folder));
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, zipOf(path, content));
    }),
  );
}
