import { readFile } from 'node:fs/promises';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { functionFolders } from './function-files.ts';
import { inProject } from './names.ts';

/** A function as it runs on Lambda: one file, at the path that its function.yml names as its handler. */
export interface Bundle {
  folder: string;
  path: string;
  content: Uint8Array;
}

/** Bundles functions, each for itself; all of them, unless folders are named. */
export async function bundleFunctions(folders: readonly string[] = functionFolders()): Promise<Bundle[]> {
  const { outputFiles } = await build({
    ...bundling,
    entryPoints: Object.fromEntries(
      folders.map((folder) => [`functions/${folder}/handler`, inProject('functions', folder, 'handler.ts')]),
    ),
    absWorkingDir: inProject(),
    outdir: inProject('.'),
    write: false,
  });
  return folders.map((folder) => {
    const path = `functions/${folder}/handler.mjs`;
    const output = outputFiles.find((file) => file.path === inProject(path));
    if (!output) throw new Error(`esbuild made no ${path}.`);
    return { folder, path, content: output.contents };
  });
}

/**
 * Lets esbuild leave out the shapes of operations that a function does not call: most of an SDK client. It cannot tell
 * by itself that an array with computed keys in it does nothing when it is made, so it is told.
 */
const pureSchemas: Plugin = {
  name: 'pure-schemas',
  setup(build) {
    build.onLoad({ filter: /[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => {
      const source = markPure(await readFile(path, 'utf8'));
      return { contents: goesByCodes.test(path) ? withoutErrors(source) : source, loader: 'js' };
    });
  },
};

/** Wraps every array that a module declares at its top into a call that is marked as pure. */
function markPure(source: string): string {
  return source.replaceAll(
    /^((?:export )?(?:var|const) [\w$]+ = )(\[[\s\S]*?\]);$/gm,
    (_, declaration: string, array: string) => `${declaration}/* @__PURE__ */ (() => ${array})();`,
  );
}

/**
 * Takes out of zod that each schema can describe itself as a JSON Schema, which is for editors: `npm run docs` asks for it,
 * and no function does.
 */
const withoutJsonSchemas: Plugin = {
  name: 'without-json-schemas',
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]classic[\\/]schemas\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source
        .replaceAll(/^ *inst\._zod\.processJSONSchema = .*;$/gm, '')
        .replaceAll(/\bcreate(?:Standard|To)JSONSchemaMethod\(this, [^)]*\)(?:\(params\))?/g, 'undefined');
      return { contents, loader: 'js' };
    });
  },
};

/** Services that send an error by the very name of its class. SNS and Auto Scaling do not: `NotFound` is NotFoundException. */
const goesByCodes = /[\\/]client-(?:s3|sfn|ssm)[\\/]/;

/**
 * Takes the register of modelled errors out of a client: what is not in it is made with the service's own class and the
 * same name, and names are what shared/aws/aws-errors.ts goes by.
 */
function withoutErrors(source: string): string {
  return source.replaceAll(/^\w+\.registerError\((?![\w$]*ServiceException\$)[^)]*\);$/gm, '');
}

/** How anything is bundled for Lambda. */
export const bundling = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  legalComments: 'none',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // The SDK's builds for Node's `require` are twice as large, and nothing in them can be left out.
  mainFields: ['module', 'main'],
  // X-Ray's SDK is CommonJS, and asks for Node's own modules by `require`.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  // Lambda hands over credentials in the environment: the SDK looks nowhere else, and never loads these.
  external: [
    '@aws-sdk/credential-provider-ini',
    '@aws-sdk/credential-provider-process',
    '@aws-sdk/credential-provider-sso',
    '@aws-sdk/credential-provider-web-identity',
    '@smithy/credential-provider-imds',
  ],
  plugins: [pureSchemas, withoutJsonSchemas],
  logLevel: 'warning',
} satisfies BuildOptions;
