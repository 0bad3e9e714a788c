import { run } from '../cli/main.ts';
import packageJson from '../package.json' with { type: 'json' };

/** A block of what a command prints: the command stands in the line that begins it. */
const block = /<!-- written by `npm run docs`, from `([^`]+)`: begin -->[\s\S]*?<!-- end -->/g;

/** The commands whose output the README shows. */
export function shownCommands(readme: string): string[] {
  return [...readme.matchAll(block)].map(([, command = '']) => command);
}

/** The README with what its commands print at present. */
export async function readmeWithOutput(readme: string): Promise<string> {
  const commands = shownCommands(readme);
  if (commands.length === 0) throw new Error('README.md lacks the lines that `npm run docs` writes between.');
  const printed = new Map<string, string>();
  for (const command of commands) {
    const { code, printed: output } = await ran(command);
    if (code !== 0) throw new Error(`README.md shows \`${command}\`, which ends with ${code}: ${output}`);
    printed.set(command, output);
  }
  return readme.replaceAll(
    block,
    (_, command: string) =>
      `<!-- written by \`npm run docs\`, from \`${command}\`: begin -->\n\n\`\`\`text\n${printed.get(command)}\n\`\`\`\n\n<!-- end -->`,
  );
}

/** Runs `npm start` or `npx ami-lifecycle …` in this process. */
export async function ran(command: string): Promise<{ code: number; printed: string }> {
  const expanded = command === 'npm start' ? packageJson.scripts.start : command;
  const words = expanded.split(/ +/);
  const argv = words.slice(words.findIndex((word) => /(?:^|\/)ami-lifecycle(?:\.js)?$/.test(word)) + 1);
  const lines: string[] = [];
  const print = (text: string): void => void lines.push(text);
  const plain = (_format: unknown, text: string): string => text;
  const code = await run(argv, { print, complain: print, style: plain, styleError: plain });
  return { code, printed: lines.join('\n') };
}
