import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblem, parseManifest } from './parse-manifest.ts';

const minimal = 'name: web\nruntime:\n  local: {}\n';

function problemsOf(text: string): string[] {
  const { problems } = parseManifest(text);
  return (problems ?? []).map((problem) => formatProblem('template.yaml', problem));
}

/** The manifest that most tests add their own lines to. */
function withLines(lines: string): string {
  return `${minimal}${lines}`;
}

describe('parseManifest', () => {
  it('fills in the defaults of the smallest manifest', () => {
    const { manifest } = parseManifest(minimal);
    expect(manifest).toMatchObject({
      name: 'web',
      readme: 'README.md',
      parameters: [],
      presets: [],
      runtime: { local: {} },
      agent: { name: 'main', connection_timeout: '2m', startup_timeout: '10m' },
      apps: [],
    });
  });

  it('keeps every value as text and chooses the control that fits', () => {
    const { manifest } = parseManifest(
      withLines(`parameters:
  - { name: size, type: number, default: 2, options: [{ name: S, value: 1 }, { name: M, value: 2 }] }
  - { name: fast, type: bool, default: false }
  - { name: tags, type: list(string), default: [a, b] }
  - { name: note, required: false }
  - { name: must }
presets:
  - { name: Big, parameters: { size: 2, fast: true } }
`),
    );
    const shown = manifest?.parameters.map((p) => [p.name, p.form_type, p.default, p.required]);
    expect(shown).toEqual([
      ['size', 'radio', '2', false],
      ['fast', 'checkbox', 'false', false],
      ['tags', 'tag-select', '["a","b"]', false],
      ['note', 'input', '', false],
      ['must', 'input', undefined, true],
    ]);
    expect(manifest?.parameters[0]?.options.map((o) => o.value)).toEqual(['1', '2']);
    expect(manifest?.presets[0]?.parameters).toEqual({ size: '2', fast: 'true' });
  });

  it.each([
    [
      'x\\0y: 1',
      [
        'template.yaml:4:1: x[NUL]y: is not a known key.',
        'template.yaml:4:1: x[NUL]y: must be text without NUL',
      ],
    ],
    [
      'agent: { env: { "A\\0B": z } }',
      [
        'template.yaml:4:17: agent.env.A[NUL]B: is not a valid name: it must be letters',
        'template.yaml:4:17: agent.env.A[NUL]B: must be text without NUL',
      ],
    ],
    [
      'presets: [{ name: A, parameters: { "\\ud800": 1 } }]',
      [
        'template.yaml:4:36: presets[0].parameters.[U+D800]: is not valid Unicode: it has half of a surrogate pair',
      ],
    ],
    ['description: "a\\uDC00"', ['template.yaml:4:14: description: is not valid Unicode']],
    ['description: "a\\0b"', ['template.yaml:4:14: description: must be text without NUL']],
  ])('refuses what cannot be stored, also in keys: %s', (line, expected) => {
    const quoted = line.replace(/^(x\S+):/, '"$1":');
    const problems = problemsOf(withLines(`${quoted}\n`));
    for (const text of expected) expect(problems).toContainEqual(expect.stringContaining(text));
    for (const problem of problems) expect(problem).toMatch(/^[^\0\p{Cs}]*$/u);
  });

  it('tells all problems at once, each with its line, column and what would be right', () => {
    const text = `name: my template
displayname: Web
parameters:
  - name: cpus
    type: numbre
  - name: memory
    type: number
    default: much
runtime:
  local:
    memory: 2G
    cpu: 2
    env:
      PORT: 3000
agent:
  startup_script: |
    cd /tmp
    echo \${{ parameters.memory }}
`;
    expect(problemsOf(text)).toEqual([
      'template.yaml:1:7: name: must be letters, digits and single hyphens',
      'template.yaml:2:1: displayname: is not a known key. Did you mean "display_name"?',
      'template.yaml:5:11: parameters[0].type: must be one of string, number, bool, list(string). Did you mean "number"?',
      'template.yaml:8:14: parameters[1].default: must be a number, such as 2 or 0.5',
      'template.yaml:11:13: runtime.local.memory: must be a size with its unit, such as "512MiB" or "2GiB"',
      'template.yaml:12:5: runtime.local.cpu: is not a known key. Did you mean "cpus"?',
      'template.yaml:14:13: runtime.local.env.PORT: must be text: put it in quotes',
      'template.yaml:18:10: agent.startup_script: ${{ parameters.memory }} is not replaced in a script, where no quoting would be safe. Write "$CODER_PARAMETER_MEMORY" instead.',
    ]);
  });

  it.each([
    ['', 'template.yaml:1:1: must be a map of keys, not empty'],
    ['- a', 'template.yaml:1:1: must be a map of keys, not a list'],
    ['name: web', 'template.yaml:1:1: runtime: is missing'],
    [
      'name: web\nruntime:\n  docker: { image: node }\n',
      'template.yaml:3:3: runtime.docker: the docker runtime is not available in this version. Use "local".',
    ],
    [
      'name: web\nname: api\nruntime: { local: {} }',
      'template.yaml:2:1: is not valid YAML: Map keys must be unique',
    ],
    ['name: "web', 'is not valid YAML: '],
    [
      'name: !!js/function web\nruntime: { local: {} }',
      'template.yaml:1:7: is not valid YAML: Unresolved tag',
    ],
  ])('refuses %j', (text, problem) => {
    expect(problemsOf(text)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ['parameters: [{ name: a-b }, { name: a_b }]', 'parameters[1].name: is taken: "a-b"'],
    ['parameters: [{ name: a, ephemeral: true, default: x }]', 'needs "mutable: true"'],
    ['parameters: [{ name: a, ephemeral: true, mutable: true }]', 'needs a default'],
    ['parameters: [{ name: a, required: true, default: x }]', 'contradicts the default'],
    ['parameters: [{ name: a, type: bool, required: false }]', 'needs a default'],
    ['parameters: [{ name: a, type: bool, form_type: slider }]', 'does not fit a bool parameter'],
    ['parameters: [{ name: a, type: bool, validation: { min: 1 } }]', 'is for number parameters only'],
    ['parameters: [{ name: a, type: number, validation: { regex: x } }]', 'is for string parameters only'],
    [
      'parameters: [{ name: a, type: number, validation: { min: 3, max: 2 } }]',
      'must not be greater than max',
    ],
    ['parameters: [{ name: a, validation: { regex: "(a" } }]', 'is not a valid pattern'],
    ['parameters: [{ name: a, validation: { regex: "(?=a)b" } }]', 'is not a valid pattern'],
    ['parameters: [{ name: a, default: b, validation: { regex: "^a$" } }]', 'must match the pattern ^a$'],
    [
      'parameters: [{ name: a, default: c, options: [{ name: A, value: a }] }]',
      '"c" is not one of the options: "a"',
    ],
    [
      'parameters: [{ name: a, options: [{ name: A, value: a }, { name: A, value: a }] }]',
      'is used by another option',
    ],
    ['parameters: [{ name: a, default: 1 }]', 'must be text: put it in quotes'],
    ['presets: [{ name: P, parameters: { b: x } }]', 'is not a parameter of this template. There are none.'],
    ['parameters: [{ name: a }]\npresets: [{ name: P, parameters: { aa: x } }]', 'Did you mean "a"?'],
    [
      'parameters: [{ name: a, type: bool }]\npresets: [{ name: P, parameters: { a: x } }]',
      'must be true or false',
    ],
    [
      'presets: [{ name: P, default: true, parameters: {} }, { name: p, default: true, parameters: {} }]',
      'is taken by another preset',
    ],
    ['apps: [{ slug: a }]', 'exactly one of "url" and "command"'],
    ['apps: [{ slug: a, url: "http://localhost:1", command: x }]', 'exactly one of "url" and "command"'],
    ['apps: [{ slug: a, url: "http://169.254.169.254/" }]', 'must be an address inside the workspace'],
    [
      'apps: [{ slug: a, url: "javascript:alert(1)", external: true }]',
      'must be an address that begins with',
    ],
    ['apps: [{ slug: a, command: x }, { slug: a, command: y }]', 'is taken by another app'],
    ['agent: { env: { CODER_AGENT_TOKEN: x } }', 'must not begin with CODER_'],
    ['agent: { env: { "A=B": x } }', 'is not a valid name'],
    ['agent: { metadata: [{ key: a, script: x }, { key: a, script: y }] }', 'is taken by another entry'],
    ['agent: { metadata: [{ key: a, script: x, interval: 10 }] }', 'must be a duration such as'],
    ['agent: { metadata: [{ key: a, script: x, interval: 2d }] }', 'must be between 1s and 1d'],
    [
      'agent: { directory: "~/${{ parameters.x }}" }',
      '${{ parameters.x }} names no parameter. There are none.',
    ],
    ['agent: { directory: "${{ 1 + 1 }}" }', 'is not a reference'],
    ['agent: { directory: "${{ workspace.name" }', 'has a "${{" that no "}}" ends'],
    ['agent: { directory: "~/../x" }', 'must have no ".."'],
    ['description: Of ${{ owner.name }}', 'is not replaced here'],
    ['readme: ../README.md', 'must be the path of a file in the archive'],
    ['schedule: { default_ttl: 40d }', 'must be between 0 and 30d'],
  ])('refuses %s', (lines, problem) => {
    expect(problemsOf(withLines(lines)).join('\n')).toContain(problem);
  });

  it('checks a reference with every value that its parameter is known to take', () => {
    const text = `name: web
parameters:
  - name: memory
    type: number
    default: 2
    validation: { min: 0, max: 8 }
  - name: cores
    default: "2"
runtime:
  local:
    memory: \${{ parameters.memory }}GiB
    cpus: \${{ parameters.cores }}
`;
    expect(problemsOf(text)).toEqual([
      'template.yaml:11:13: runtime.local.memory: must be a size with its unit, such as "512MiB" or "2GiB" (with memory = "0")',
      'template.yaml:12:11: runtime.local.cpus: must be a number, and parameter "cores" is a string',
    ]);
  });

  it('leaves the braces of other languages in a script alone', () => {
    const text = withLines("agent:\n  startup_script: echo '${{ github.ref }}'\n");
    expect(problemsOf(text)).toEqual([]);
  });

  it('neither hangs nor throws on hostile YAML', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((c, i) => `${c}: &${c} [${`*${'abcdefgh'[i]},`.repeat(10)}]`).join('\n')}`;
    expect(problemsOf(bomb)).toEqual([expect.stringContaining('uses too many aliases')]);
    expect(problemsOf('['.repeat(100_000)).length).toBeGreaterThan(0);
    expect(problemsOf(`name: ${'x'.repeat(600_000)}`)).toEqual([expect.stringContaining('at most 512 KiB')]);
    expect(problemsOf(`${minimal}__proto__: { polluted: true }`)).toEqual([
      expect.stringContaining('__proto__'),
    ]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('answers any text with a manifest or with problems that have a place in it', () => {
    const part = fc.constantFrom(
      'name',
      'runtime',
      ': ',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '"',
      '|',
      '${{',
      '}}',
      '&a',
      '*a',
      'local',
      '#',
      '\0',
      'parameters',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 40 }).map((parts) => parts.join('')),
        (text) => {
          const { manifest, problems } = parseManifest(text);
          expect(manifest === undefined).toBe(problems !== undefined);
          const lines = text.split('\n').length;
          for (const { line, column } of problems ?? []) {
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(lines);
            expect(column).toBeGreaterThanOrEqual(1);
          }
        },
      ),
    );
  });
});
