import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ProtectionJournal } from '../../../../src/embedded/validator/slashing-protection/protection-journal.ts'
import { SlashingProtection } from '../../../../src/embedded/validator/slashing-protection/slashing-protection.ts'
import { chainRoot, publicKey, root } from '../../../unit/embedded/validator/messages.ts'

const program = fileURLToPath(new URL('./support/signing-process.ts', import.meta.url))
let directory = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'slashing-protection-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** Lets a process sign, kills it after so many epochs, and returns the last epoch that it told of. */
async function signUntilKilled(path: string, firstEpoch: number, epochs: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, path, String(firstEpoch)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let lastEpoch = 0
  for await (const line of createInterface(child.stdout)) {
    lastEpoch = Number(line)
    if (lastEpoch === firstEpoch + epochs) child.kill('SIGKILL')
  }
  expect(lastEpoch).toBeGreaterThanOrEqual(firstEpoch + epochs)
  return lastEpoch
}

test('no message that a killed process has signed is forgotten', async () => {
  const path = join(directory, 'journal')
  let epoch = 0
  // It writes its journal anew every hundred epochs or so: it is killed in the midst of that, too.
  for (const epochs of [3, 97, 250, 1]) {
    epoch = await signUntilKilled(path, epoch + 2, epochs)
    const protection = new SlashingProtection({
      store: new ProtectionJournal(path),
      genesisValidatorsRoot: chainRoot,
    })
    const conflicting = { sourceEpoch: epoch - 1, targetEpoch: epoch, signingRoot: root(0) }
    const keys = Array.from({ length: 20 }, (_, index) => publicKey(index))
    const refusals = protection.recordAttestation(keys, conflicting)
    expect([...refusals.keys()]).toEqual(keys)
    expect(() => protection.recordBlock(publicKey(0), { slot: epoch, signingRoot: root(0) })).toThrow()
    protection.close()
  }
}, 60_000)
