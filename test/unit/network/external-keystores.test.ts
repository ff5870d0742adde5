import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { decrypt } from '@chainsafe/bls-keystore'
import { describe, expect, it } from 'vitest'
import { validatorSecretKeys } from '../../../src/genesis/validator-keys.ts'
import { externalKeystores } from '../../../src/network/external-keystores.ts'
import { examplePlan } from '../support/example-plan.ts'
import { useStateHome } from './support/state-home.ts'

const place = useStateHome()
const manifest = examplePlan({ nodes: [{}, { validatorClient: 'external' }], validators: 6 })
const [own, external] = manifest.nodes
if (own === undefined || external === undefined) throw new Error('two nodes were planned')

describe('the keys of a node', () => {
  it('are written nowhere when it uses them itself', async () => {
    expect(await externalKeystores(manifest, own, place.folder)).toBeUndefined()
    expect(() => readdirSync(place.folder)).toThrow('ENOENT')
  })

  it('are keystores for its owner alone when they are left to another client', async () => {
    const keystores = await externalKeystores(manifest, external, place.folder)
    if (keystores === undefined) throw new Error('there are no keystores')
    const files = readdirSync(keystores.directory).sort()
    expect(files).toEqual(['keystore-3.json', 'keystore-4.json', 'keystore-5.json'])
    const password = readFileSync(keystores.passwordFile, 'utf8')
    const text = readFileSync(join(keystores.directory, 'keystore-4.json'), 'utf8')
    const [secretKey] = validatorSecretKeys(manifest.validators.keys, 4, 1)
    expect(await decrypt(JSON.parse(text), password)).toEqual(secretKey)
    for (const path of [keystores.passwordFile, join(keystores.directory, 'keystore-3.json')])
      expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('stay as they are when the network is continued', async () => {
    const before = await externalKeystores(manifest, external, place.folder)
    const password = readFileSync(before?.passwordFile ?? '', 'utf8')
    expect(await externalKeystores(manifest, external, place.folder)).toEqual(before)
    expect(readFileSync(before?.passwordFile ?? '', 'utf8')).toBe(password)
  })
})
