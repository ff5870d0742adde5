import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lossRules } from '../../../src/faults/proxies/lossy-wires/loss-rules.ts'

const link = { a: '127.1.0.7', b: '127.2.0.7' }
const ruleLines = (text: string) => text.split('\n').filter((line) => line.includes('saddr'))

it('each direction of a link that loses packets has a rule of its own', () => {
  expect(ruleLines(lossRules([{ ...link, loss: { forward: 12.5, backward: 100 } }]))).toEqual([
    'ip saddr 127.1.0.7 ip daddr 127.2.0.7 counter numgen random mod 1000000 < 125000 counter drop',
    'ip saddr 127.2.0.7 ip daddr 127.1.0.7 counter counter drop',
  ])
})

it('a direction without loss has none', () => {
  expect(ruleLines(lossRules([{ ...link, loss: { forward: 0, backward: 0 } }]))).toEqual([])
  expect(ruleLines(lossRules([{ ...link, loss: { forward: 0, backward: 1 } }]))).toHaveLength(1)
})

it('any share that is not 0 loses something, and any that is not 100 not everything', () => {
  const share = fc.double({ min: 0, max: 100, minExcluded: true, maxExcluded: true, noNaN: true })
  fc.assert(
    fc.property(share, (forward) => {
      const [rule = ''] = ruleLines(lossRules([{ ...link, loss: { forward, backward: 0 } }]))
      const lost = Number(/< (\d+) /.exec(rule)?.[1])
      expect(lost).toBeGreaterThanOrEqual(1)
      expect(lost).toBeLessThan(1_000_000)
      expect(Math.abs(lost / 10_000 - forward)).toBeLessThanOrEqual(0.0001)
    }),
  )
})

it('rules replace those before them, all at once', () => {
  const lines = lossRules([]).split('\n')
  expect(lines.slice(0, 3)).toEqual(['table ip loss', 'delete table ip loss', 'table ip loss {'])
})
