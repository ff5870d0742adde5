import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { loadConfigFile } from '../../../src/cli/config-file.ts'
import { temporaryDirectory } from '../binaries/temporary-directory.ts'

let directory: string

beforeEach(() => {
  const temporary = temporaryDirectory()
  onTestFinished(() => temporary[Symbol.dispose]())
  directory = temporary.path
})

function file(name: string, content: string): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

const options = { nodes: 3, validators: { count: 12, distribution: [4, 4, 4] }, topology: 'ring' }
const moduleText = `export default ${JSON.stringify(options)}`

test.each([
  ['net.json', JSON.stringify(options)],
  ['net.yaml', 'nodes: 3\nvalidators:\n  count: 12\n  distribution: [4, 4, 4]\ntopology: ring\n'],
  ['net.yml', JSON.stringify(options)],
  ['net.mjs', moduleText],
  ['net.YAML', 'nodes: 3\nvalidators: { count: 12, distribution: [4, 4, 4] }\ntopology: ring\n'],
])('reads %s', async (name, content) => {
  expect(await loadConfigFile(file(name, content))).toEqual(options)
})

test.each([
  ['net.yaml', ''],
  ['net.yaml', '# nothing yet\n'],
  ['net.json', '{}'],
])('an empty %s is no options: %j', async (name, content) => {
  expect(await loadConfigFile(file(name, content))).toEqual({})
})

test('reads a TypeScript file with the tsx that is installed beside it', async () => {
  // A stand-in for tsx: only how it is found and called is ours.
  const tsx = join(directory, 'node_modules', 'tsx')
  mkdirSync(tsx, { recursive: true })
  writeFileSync(
    join(tsx, 'package.json'),
    JSON.stringify({ name: 'tsx', type: 'module', exports: { './esm/api': './api.js' } }),
  )
  writeFileSync(
    join(tsx, 'api.js'),
    `export async function tsImport(url, from) { return { default: { nodes: url === from && url.endsWith('net.ts') ? 3 : 0 } } }`,
  )
  expect(await loadConfigFile(file('net.ts', 'export default { nodes: 3 satisfies number }'))).toEqual({
    nodes: 3,
  })
})

describe('refuses', () => {
  test.each([
    ['a missing file', 'missing.yaml', undefined, 'there is no such file'],
    ['another kind of file', 'net.toml', 'nodes = 3', "files ending in '.toml' are not known"],
    ['a file without an ending', 'net', 'nodes: 3', "files ending in '' are not known"],
    ['JSON that is none', 'net.json', '{ nodes: 3 }', 'JSON'],
    ['YAML that is none', 'net.yaml', 'nodes: [3', 'at line 1'],
    ['YAML that multiplies itself', 'net.yaml', billionLaughs(), 'alias'],
    ['a module that fails', 'net.mjs', 'throw new Error("not today.")', 'not today.'],
    ['a module without a default', 'net.mjs', 'export const nodes = 3', 'it has no default export'],
    ['a file without end', 'net.yaml', `# ${'x'.repeat(1024 ** 2)}`, 'larger than'],
  ])('%s', async (_what, name, content, problem) => {
    const path = content === undefined ? join(directory, name) : file(name, content)
    await expect(loadConfigFile(path)).rejects.toMatchObject({
      code: 'config-file',
      category: 'options',
      shortMessage: expect.stringContaining(problem),
      facts: { path },
    })
  })

  test('an unknown key, with the nearest one', async () => {
    await expect(loadConfigFile(file('net.yaml', 'nodez: 3'))).rejects.toMatchObject({
      code: 'option-unknown',
      field: 'nodez',
      facts: { nearest: 'nodes' },
    })
  })

  test.each(['[]', '3', '"nodes"', 'null'])('a file that holds %s', async (content) => {
    const outcome = loadConfigFile(file('net.mjs', `export default ${content}`))
    await expect(outcome).rejects.toMatchObject({ category: 'options', field: 'options' })
  })
})

/** Aliases of aliases: a few hundred bytes that stand for millions of values. */
function billionLaughs(): string {
  const levels = Array.from({ length: 8 }, (_, level) => {
    const above = level === 0 ? 'x' : `*a${level - 1}`
    return `a${level}: &a${level} [${Array.from({ length: 10 }, () => above).join(', ')}]`
  })
  return levels.join('\n')
}
