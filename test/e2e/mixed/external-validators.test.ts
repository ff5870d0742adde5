import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startNetwork } from 'eth-localnet'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { prysmBinaries } from '../../../src/clients/prysm-binaries.ts'
import { requireClient } from '../../../src/processes/binaries/find-client.ts'
import { attestersOf } from '../support/attesters.ts'
import { printStages } from '../support/progress.ts'

const slotsPerEpoch = 6

test('validators that an embedded node leaves to a Prysm validator client do their duties by its Beacon API', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'eth-localnet-validators-'))
  onTestFinished(() => rmSync(scratch, { recursive: true, force: true }))
  await using network = await startNetwork({
    nodes: [
      { consensus: 'embedded', validators: 32 },
      { consensus: 'embedded', validators: 32, validatorClient: 'external' },
    ],
    // What the validator client's build has.
    preset: 'mainnet',
    forks: { electra: 0 },
    slotDurationMs: 3_000,
    slotsPerEpoch,
    seed: 8,
    onProgress: printStages,
  })
  const { keystores, consensus } = network.node('node-1')
  if (keystores === undefined) throw new Error('the node has no keystores')
  const { paths } = await requireClient(prysmBinaries)
  const wallet = join(scratch, 'wallet')
  const secrets = [`--wallet-dir=${wallet}`, `--wallet-password-file=${keystores.passwordFile}`]
  await execa(paths.validator, [
    ...['accounts', 'import', '--accept-terms-of-use', ...secrets],
    ...[`--keys-dir=${keystores.directory}`, `--account-password-file=${keystores.passwordFile}`],
  ])
  // In an epoch's last slot the client asks for one more epoch than a beacon node can know.
  await network.waitForSlots(slotsPerEpoch - (network.currentSlot % slotsPerEpoch))
  const logFile = join(scratch, 'validator.log')
  const client = execa(
    paths.validator,
    [
      ...['--accept-terms-of-use', `--datadir=${join(scratch, 'data')}`, ...secrets],
      `--chain-config-file=${join(network.directory, 'config.yaml')}`,
      ...['--enable-beacon-rest-api', `--beacon-rest-api-provider=${consensus.apiUrl}`],
      ...['--monitoring-host=127.0.0.1', '--monitoring-port=0', '--graffiti=external'],
    ],
    { all: true, stdout: { file: logFile }, stderr: { file: logFile }, reject: false },
  )
  onTestFinished(() => void client.kill())
  const epoch = network.currentEpoch + 2
  await network.waitForSlots((epoch + 2) * slotsPerEpoch - network.currentSlot)
  const attesters = await attestersOf(consensus.apiUrl, {
    ...{ epoch, slotsPerEpoch, untilSlot: (epoch + 2) * slotsPerEpoch - 1 },
  })
  // Read while the client still works: what it leaves undone when it is told to end it calls errors.
  const log = readFileSync(logFile, 'utf8')
  client.kill()
  await client
  expect({ votes: attesters.size, errors: log.match(/level=error.*/g) ?? [] }).toEqual({
    votes: 64,
    errors: [],
  })
})
