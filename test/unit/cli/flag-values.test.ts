import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  parseBalanceGwei,
  parseClients,
  parseDistribution,
  parseDurationMs,
  parseForks,
  parseInteger,
  parseTopology,
} from '../../../src/cli/flag-values.ts'
import { refusal } from '../plan/refusal.ts'

describe('integers', () => {
  test.each([
    ['0', 0],
    ['64', 64],
    ['-1', -1],
  ])('%s', (text, value) => {
    expect(parseInteger('--nodes', text)).toBe(value)
  })

  test.each(['', 'x', '1.5', '1e3', '0x10', '4 ', '--json', '9'.repeat(20)])('not %j', (text) => {
    const error = refusal(() => parseInteger('--nodes', text))
    expect(error).toMatchObject({ field: '--nodes', facts: { given: text, allowed: 'an integer' } })
  })
})

describe('durations', () => {
  test.each([
    ['2s', 2_000],
    ['2000ms', 2_000],
    ['2000', 2_000],
    ['1.5s', 1_500],
    ['2.3s', 2_300],
    ['0s', 0],
  ])('%s', (text, durationMs) => {
    expect(parseDurationMs('--slot-duration', text)).toBe(durationMs)
  })

  test.each(['', '2m', '2 s', '-2s', 's', '2ss', '.5s', 'Infinity'])('not %j', (text) => {
    const error = refusal(() => parseDurationMs('--slot-duration', text))
    expect(error.message).toContain(`Given:   '${text}'`)
    expect(error.message).toContain('2s, 2000ms or 2000')
  })

  test('the same in both units', () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (durationMs) => {
        expect(parseDurationMs('--slot-duration', `${durationMs}ms`)).toBe(durationMs)
        expect(parseDurationMs('--slot-duration', `${durationMs / 1000}s`)).toBe(durationMs)
      }),
    )
  })
})

describe('balances', () => {
  test.each([
    ['32', 32_000_000_000],
    ['32eth', 32_000_000_000],
    ['32ETH', 32_000_000_000],
    ['2048', 2_048_000_000_000],
    ['32.000000001', 32_000_000_001],
    ['0.1eth', 100_000_000],
    ['32000000000gwei', 32_000_000_000],
  ])('%s', (text, balanceGwei) => {
    expect(parseBalanceGwei('--validator-balance', text)).toBe(balanceGwei)
  })

  test.each(['', 'eth', '-32', '32.', '32.0000000001', '1.5gwei', '32wei', '1e9'])('not %j', (text) => {
    expect(refusal(() => parseBalanceGwei('--validator-balance', text)).field).toBe('--validator-balance')
  })
})

describe('forks', () => {
  test.each([
    [['electra'], { electra: 0 }],
    [['fulu@3'], { fulu: 3 }],
    [['electra', 'fulu@3'], { electra: 0, fulu: 3 }],
    [['electra@1,fulu@3'], { electra: 1, fulu: 3 }],
    [['Electra'], { electra: 0 }],
  ])('%j', (texts, forks) => {
    expect(parseForks('--fork', texts)).toEqual(forks)
  })

  test.each([
    ['electro', 'electra'],
    ['fuku@3', 'fulu'],
  ])('%s is near %s', (text, nearest) => {
    expect(refusal(() => parseForks('--fork', [text])).facts).toMatchObject({ given: text, nearest })
  })

  test.each(['', 'fulu@', 'fulu@x', 'fulu@-1', '@3', '__proto__', 'toString'])('not %j', (text) => {
    expect(refusal(() => parseForks('--fork', [text])).field).toBe('--fork')
  })

  test('not one fork at two epochs', () => {
    expect(refusal(() => parseForks('--fork', ['fulu@2', 'fulu@3'])).message).toContain('fulu is given twice')
  })
})

describe('distributions', () => {
  test.each([
    ['even', 'even'],
    ['weighted', 'weighted'],
    ['single', 'single'],
    ['random', 'random'],
    ['32,16,8,8', [32, 16, 8, 8]],
    ['7', [7]],
    ['weighted:3,2,1', { kind: 'weighted', weights: [3, 2, 1] }],
    ['single:1', { kind: 'single', node: 1 }],
    ['single:node-1', { kind: 'single', node: 'node-1' }],
  ])('%s', (text, distribution) => {
    expect(parseDistribution('--distribution', text)).toEqual(distribution)
  })

  test.each([
    ['evn', 'even'],
    ['wieghted:1,2', 'weighted'],
    ['even:3', 'even'],
  ])('%s is near %s', (text, nearest) => {
    expect(refusal(() => parseDistribution('--distribution', text)).facts).toMatchObject({ nearest })
  })

  test.each(['', ':', '1,x', '1,,2', 'weighted:', 'weighted:a,b'])('not %j', (text) => {
    expect(refusal(() => parseDistribution('--distribution', text)).field).toBe('--distribution')
  })
})

describe('topologies', () => {
  test.each([
    ['full-mesh', 'full-mesh'],
    ['star', 'star'],
    ['ring', 'ring'],
    ['line', 'line'],
    ['random', 'random'],
    ['star:2', { kind: 'star', hub: 2 }],
    ['star:node-2', { kind: 'star', hub: 'node-2' }],
    ['random:6', { kind: 'random', degree: 6 }],
    ['edges:0/1', { edges: [[0, 1]] }],
    [
      'edges:0/1,node-1/node-2',
      {
        edges: [
          [0, 1],
          ['node-1', 'node-2'],
        ],
      },
    ],
  ])('%s', (text, topology) => {
    expect(parseTopology('--topology', text)).toEqual(topology)
  })

  test.each([
    ['mesh', 'full-mesh'],
    ['rign', 'ring'],
    ['strar:1', 'star'],
    ['ring:3', 'ring'],
  ])('%s is near %s', (text, nearest) => {
    expect(refusal(() => parseTopology('--topology', text)).facts).toMatchObject({ nearest })
  })

  test.each(['', 'random:x', 'edges', 'edges:', 'edges:0', 'edges:0/', 'edges:0/1/2', 'edges:0/1,'])(
    'not %j',
    (text) => {
      expect(refusal(() => parseTopology('--topology', text)).field).toBe('--topology')
    },
  )
})

describe('clients', () => {
  test.each([
    ['geth/prysm', [{ execution: 'geth', consensus: 'prysm', count: undefined }]],
    ['embedded', [{ execution: 'embedded', consensus: 'embedded', count: undefined }]],
    ['embedded:2', [{ execution: 'embedded', consensus: 'embedded', count: 2 }]],
    [
      'geth/prysm:2,reth/lighthouse:1',
      [
        { execution: 'geth', consensus: 'prysm', count: 2 },
        { execution: 'reth', consensus: 'lighthouse', count: 1 },
      ],
    ],
  ])('%s', (text, pairs) => {
    expect(parseClients('--clients', text)).toEqual(pairs)
  })

  test.each([
    ...['', 'geth/', '/prysm', 'geth/prysm/x', 'geth/prysm:', 'geth/prysm:x', 'geth/prysm,'],
    ...[':2', 'embedded:', 'embedded:-1', 'embedded:2:2'],
  ])('not %j', (text) => {
    const error = refusal(() => parseClients('--clients', text))
    expect(error).toMatchObject({ field: '--clients', facts: { given: text } })
    expect(error.facts.allowed).toContain('embedded:4')
  })
})

test('no text makes a parser throw anything but an OptionError', () => {
  const parsers: ((flag: string, text: string) => unknown)[] = [
    parseInteger,
    parseDurationMs,
    parseBalanceGwei,
    parseDistribution,
    parseTopology,
    parseClients,
    (flag, text) => parseForks(flag, [text]),
  ]
  const text = fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9:@/,.-]{0,20}$/))
  fc.assert(
    fc.property(fc.constantFrom(...parsers), text, (parse, given) => {
      let outcome: unknown
      try {
        outcome = parse('--flag', given)
      } catch {
        outcome = refusal(() => parse('--flag', given))
      }
      expect(outcome).toBeDefined()
    }),
    { numRuns: 500 },
  )
})
