import { run } from '../cli/main.ts';

const begin = '<!-- written by `npm run docs`: begin -->';
const end = '<!-- written by `npm run docs`: end -->';

/** The README with what `npm start` prints at present. */
export async function readmeWithOutput(readme: string): Promise<string> {
  const lines: string[] = [];
  const print = (text: string): void => void lines.push(text);
  const plain = (_format: unknown, text: string): string => text;
  await run(['simulate', '--sample'], { print, complain: print, style: plain, styleError: plain });
  const [before, after] = [readme.indexOf(begin), readme.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`README.md lacks the lines '${begin}' and '${end}'.`);
  return `${readme.slice(0, before)}${begin}\n\n\`\`\`text\n${lines.join('\n')}\n\`\`\`\n\n${readme.slice(after)}`;
}
