import { describe, expect, it } from 'vitest';
import { importsOf, scan } from './source.ts';

describe('what a source imports', () => {
  it.each([
    ["import { a } from './a.ts';", ['./a.ts']],
    ["import './a.ts';", ['./a.ts']],
    ["import type { A } from './a.ts';", ['./a.ts']],
    ["export * from './a.ts';", ['./a.ts']],
    ["export {\n  a,\n} from './a.ts';", ['./a.ts']],
    ["const a = await import('./a.ts');", ['./a.ts']],
    ["type A = import('./a.ts').A;", ['./a.ts']],
    ['import a from "./a.ts"; import b from \'./b.ts\';', ['./a.ts', './b.ts']],
    ["// import './a.ts'\n/* from './b.ts' */", []],
    ["const text = `import './a.ts';`;", []],
    ['const text = "from \'./a.ts\'";', []],
    ["const one = /'/; import './a.ts'; const other = /'/;", ['./a.ts']],
    ["const half = (a + b) / 2; import './a.ts'; const c = d / 2;", ['./a.ts']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source under test
    ["const text = `${nested(`${'}'}`, { a })}`; import './a.ts';", ['./a.ts']],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source under test
    ["const f = () => { g(`${a}`); }; import './a.ts';", ['./a.ts']],
    ["Array.from('./a.ts'); object.import('./b.ts');", []],
  ])('is seen in %j', (source, specifiers) => {
    expect(importsOf(source).specifiers).toEqual(specifiers);
  });

  it.each([
    ["await import('./a.ts')", false],
    ["await import('./a.ts', { with: {} })", false],
    ['await import(path)', true],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source under test
    ['await import(`./${name}.ts`)', true],
    ["await import('./a' + name)", true],
  ])('is known to be computed or not in %j', (source, isComputed) => {
    expect(importsOf(source).isComputed).toBe(isComputed);
  });
});

describe('the code of a source', () => {
  it('is what stands outside comments, texts and regular expressions, templates’ expressions included', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source under test
    const source = "a('b') // c\n/* d */ + `e ${f({ g: 'h' })} i` + /j[/]k/u.test(l)";
    expect(
      scan(source)
        .code.match(/[a-z]\w*/g)
        ?.join(' '),
    ).toBe('a f g test l');
  });
});
