import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ProtectionStoreError } from '../../../../src/embedded/validator/slashing-protection/errors.ts'
import { ProtectionJournal } from '../../../../src/embedded/validator/slashing-protection/protection-journal.ts'
import { signingsMax } from '../../../../src/embedded/validator/slashing-protection/signing-history.ts'
import { SlashingProtection } from '../../../../src/embedded/validator/slashing-protection/slashing-protection.ts'
import { chainRoot, publicKey, root } from './messages.ts'

const keys = [publicKey(1), publicKey(2)]
let directory = ''
let path = ''
const opened: SlashingProtection[] = []

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'slashing-protection-'))
  path = join(directory, 'journal')
})

afterEach(() => {
  for (const protection of opened.splice(0)) protection.close()
  rmSync(directory, { recursive: true, force: true })
})

function open(genesisValidatorsRoot = chainRoot): SlashingProtection {
  const protection = new SlashingProtection({ store: new ProtectionJournal(path), genesisValidatorsRoot })
  opened.push(protection)
  return protection
}

/** Signs for some epochs, one block and one attestation of both keys each. */
function signEpochs(protection: SlashingProtection, from: number, to: number): void {
  for (let epoch = from; epoch <= to; epoch++) {
    protection.recordBlock(keys[0] ?? '', { slot: epoch, signingRoot: root(epoch) })
    protection.recordAttestation(keys, {
      sourceEpoch: epoch - 1,
      targetEpoch: epoch,
      signingRoot: root(epoch),
    })
  }
}

test('what was signed is known after a restart', () => {
  const before = open()
  signEpochs(before, 1, 5)
  const after = open()
  expect(after.exportInterchange()).toEqual(before.exportInterchange())
  expect(() => after.recordBlock(keys[0] ?? '', { slot: 5, signingRoot: root(6) })).toThrow('double-proposal')
})

test('only its user may read it', () => {
  open()
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('cut off anywhere, it has every message but the one that was being written', () => {
  signEpochs(open(), 1, 1)
  const whole = readFileSync(path)
  const start = whole.indexOf('\n') + 1
  for (let length = start; length <= whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length))
    const lines = whole.toString('utf8', start, length).split('\n').length - 1
    const journal = new ProtectionJournal(path)
    const { entries } = journal.load()
    journal.close()
    expect(entries).toHaveLength(lines)
  }
})

test('goes on after the last whole line', () => {
  signEpochs(open(), 1, 2)
  truncateSync(path, statSync(path).size - 7)
  signEpochs(open(), 3, 4)
  const after = open()
  const targets = after
    .exportInterchange()
    .data.map(({ signed_attestations }) => signed_attestations.map(({ target_epoch }) => target_epoch))
  expect(targets).toEqual([
    ['1', '2', '3', '4'],
    ['1', '3', '4'],
  ])
})

test('does not grow without end, and forgets nothing that matters', () => {
  const protection = open()
  signEpochs(protection, 1, 100)
  const sizeBytes = statSync(path).size
  signEpochs(protection, 101, 5000)
  expect(statSync(path).size).toBeLessThan(20 * sizeBytes)
  const after = open()
  expect(after.exportInterchange()).toEqual(protection.exportInterchange())
  expect(after.exportInterchange().data[0]?.signed_blocks).toHaveLength(signingsMax + 1)
})

describe('what cannot be trusted is refused', () => {
  test.each([
    ['an empty file', () => writeFileSync(path, '')],
    ['a file of something else', () => writeFileSync(path, '{"format":"other"}\n')],
    ['a damaged line', () => appendFileSync(path, '["b","0x12",1,null]\n')],
    ['a line that is no JSON', () => appendFileSync(path, 'x\n')],
    ['a line whose start is missing', () => appendFileSync(path, `:1,"${root(1)}"]\n`)],
  ])('%s', (_, damage) => {
    signEpochs(open(), 1, 1)
    damage()
    expect(() => open()).toThrow(ProtectionStoreError)
    expect(() => open()).toThrow('is damaged at line')
  })

  test('the record of another chain', () => {
    open()
    expect(() => open(root(7))).toThrow('belongs to another chain')
  })
})

test('nothing is signed when it cannot be recorded', () => {
  const protection = open()
  protection.close()
  const block = { slot: 9, signingRoot: root(9) }
  expect(() => protection.recordBlock(keys[0] ?? '', block)).toThrow(ProtectionStoreError)
  expect(() =>
    protection.recordAttestation(keys, { sourceEpoch: 0, targetEpoch: 1, signingRoot: null }),
  ).toThrow(ProtectionStoreError)
})
