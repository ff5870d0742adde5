import { ProtectionJournal } from '../../../../../src/embedded/validator/slashing-protection/protection-journal.ts'
import { SlashingProtection } from '../../../../../src/embedded/validator/slashing-protection/slashing-protection.ts'
import { chainRoot, publicKey, root } from '../../../../unit/embedded/validator/messages.ts'

// Signs for one epoch after the other until it is killed, and tells of each once it may be signed.

const [path = '', firstEpoch = '1', rootOffset = '0'] = process.argv.slice(2)
const keys = Array.from({ length: 20 }, (_, index) => publicKey(index))
const protection = new SlashingProtection({
  store: new ProtectionJournal(path),
  genesisValidatorsRoot: chainRoot,
})

for (let epoch = Number(firstEpoch); ; epoch++) {
  const signingRoot = root(epoch + Number(rootOffset))
  const signing = { sourceEpoch: epoch - 1, targetEpoch: epoch, signingRoot }
  const refusals = protection.recordAttestation(keys, signing)
  protection.recordBlock(publicKey(0), { slot: epoch, signingRoot })
  if (refusals.size > 0) throw [...refusals.values()][0]
  // Not buffered: what was written has been seen, whatever happens next.
  if (!process.stdout.write(`${epoch}\n`))
    await new Promise((resolve) => process.stdout.once('drain', resolve))
}
